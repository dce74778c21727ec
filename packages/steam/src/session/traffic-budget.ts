import { MalformedMessage } from '../wire/protobuf-reader.ts';
import type { Clock } from './clock.ts';

/** Steam sends some ten messages per request. 10,000 of the smallest take 80 ms of CPU. */
const MESSAGES_PER_SECOND = 10_000;

/** A batch of 200 apps has 1 MB, and two of them are requested a second; one message of the largest size fits twice. */
const BYTES_PER_SECOND = 128 * 1024 * 1024;

const SECOND_MS = 1_000;

/**
 * What one session may send within a second: messages, those inside Multis included, and bytes, counted as unzipped. Limits
 * of single messages are not enough: 4 kB can unzip to a million messages, and each of those to more.
 */
export class TrafficBudget {
  readonly #clock: Clock;
  #secondStartedAt = -Infinity;
  #messages = 0;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws MalformedMessage when the session has sent too many messages. */
  spendMessage(): void {
    this.#startSecond();
    if (++this.#messages > MESSAGES_PER_SECOND) {
      throw new MalformedMessage(`more than ${MESSAGES_PER_SECOND} messages in a second`);
    }
  }

  /** @throws MalformedMessage when the session has sent too many bytes. */
  spendBytes(bytes: number): void {
    this.#startSecond();
    this.#bytes += bytes;
    if (this.#bytes > BYTES_PER_SECOND) {
      throw new MalformedMessage(`more than ${BYTES_PER_SECOND} bytes in a second`);
    }
  }

  #startSecond(): void {
    const now = this.#clock.now();
    // A clock that was set back starts a second too.
    if (now >= this.#secondStartedAt && now < this.#secondStartedAt + SECOND_MS) return;
    this.#secondStartedAt = now;
    this.#messages = 0;
    this.#bytes = 0;
  }
}
