import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { FaultOf, RequestKind } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { EMsg } from '../protocol/emsg.ts';
import { encodeEnvelope } from '../protocol/envelope.ts';
import { messages, type Header } from '../protocol/messages.ts';
import type { Tally } from '../tally.ts';

const compress = promisify(gzip);

/** An answer to one request, its body in parts that are made when they are sent. */
export interface Answer {
  kind: RequestKind;
  emsg: number;
  header: Header;
  /** What was asked for. */
  appids: readonly number[];
  parts: () => Iterable<readonly Uint8Array[]>;
}

/** A frame that promises all of a message and delivers half of it. */
function halfFrame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(10);
  prefix[0] = 0x82; // The final frame of a binary message …
  prefix[1] = 127; // … with its length in eight bytes.
  prefix.writeBigUInt64BE(BigInt(message.length), 2);
  return Buffer.concat([prefix, message.subarray(0, message.length >>> 1)]);
}

/** `message` as the only one in a gzip'd Multi. */
async function wrapInMulti(message: Buffer, header: Header): Promise<Buffer> {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  const unzipped = Buffer.concat([length, message]);
  const multi = { size_unzipped: unzipped.length, message_body: await compress(unzipped) };
  const { steamid, client_sessionid } = header;
  const multiHeader = { ...(steamid && { steamid }), ...(client_sessionid && { client_sessionid }) };
  return encodeEnvelope(EMsg.Multi, multiHeader, [messages.multi.encode(multi)]);
}

/**
 * The way out of one session: sends answers, and does to them on the way what the faults say.
 *
 * One part is written at a time and the next made when it has left, so that a slow client costs no memory.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #faults: Faults;
  readonly #tally: Tally;
  readonly #latencyMs: number;
  readonly #closed = new AbortController();
  #afterNext: (() => void)[] = [];

  constructor(socket: WebSocket, stream: Duplex, faults: Faults, tally: Tally, latencyMs: number) {
    this.#socket = socket;
    this.#stream = stream;
    this.#faults = faults;
    this.#tally = tally;
    this.#latencyMs = latencyMs;
  }

  /** Sends one message as it is. */
  async send(emsg: number, header: Header, body: readonly Uint8Array[]): Promise<void> {
    await this.#write(encodeEnvelope(emsg, header, body));
  }

  /**
   * Sends an answer, or what faults make of it. Says what was true when it was asked, however late it leaves.
   *
   * @throws Error when the connection ends before the answer has left.
   */
  async deliver(answer: Answer, loggedOnAt: number): Promise<void> {
    const target = { request: answer.kind, appids: answer.appids, loggedOnAt };
    if (this.#faults.strike('frozen', target) || this.#faults.strike('no-answer', target)) return;
    const delayMs = this.#latencyMs + (this.#faults.strike('late-answer', target)?.ms ?? 0);
    const swapped = this.#faults.strike('out-of-order', target);
    const isDoubled = this.#faults.strike('doubled-answer', target) !== undefined;
    const parts = delayMs > 0 || swapped || isDoubled ? [...answer.parts()] : answer.parts();
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#closed.signal });
    if (swapped) await this.#nextAnswer(swapped.ms);
    const drop = this.#faults.strike('drop-connection', target);
    if (drop) {
      await this.#cutOff(answer, parts, drop);
      return;
    }
    for (let times = isDoubled ? 2 : 1; times > 0; times -= 1) {
      for (const pieces of parts) await this.#sendPart(answer, pieces);
    }
    for (const resume of this.#afterNext.splice(0)) resume();
  }

  /** Ends what is still waiting to be sent. */
  close(): void {
    this.#closed.abort();
  }

  async #sendPart(answer: Answer, pieces: readonly Uint8Array[]): Promise<void> {
    const message = encodeEnvelope(answer.emsg, answer.header, pieces);
    const isZipped =
      this.#faults.strike('gzip-multi', { request: answer.kind, appids: answer.appids }) !== undefined;
    if (answer.kind === 'product-info' || answer.kind === 'metadata') this.#tally.parts += 1;
    await this.#write(isZipped ? await wrapInMulti(message, answer.header) : message);
  }

  /** Sends as many parts as the fault lets through, perhaps half of the next, and then nothing on this connection. */
  async #cutOff(
    answer: Answer,
    parts: Iterable<readonly Uint8Array[]>,
    drop: FaultOf<'drop-connection'>,
  ): Promise<void> {
    let sent = 0;
    for (const pieces of parts) {
      if (sent === drop.afterParts) {
        const cut = drop.halfFrame
          ? halfFrame(encodeEnvelope(answer.emsg, answer.header, pieces))
          : Buffer.alloc(0);
        await new Promise((resolve) => void this.#stream.write(cut, resolve));
        break;
      }
      await this.#sendPart(answer, pieces);
      sent += 1;
    }
    this.#stream.destroy();
  }

  async #nextAnswer(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#afterNext.push(resolve);
    await Promise.race([promise, sleep(withinMs, undefined, { signal: this.#closed.signal })]);
  }

  #write(message: Buffer): Promise<void> {
    this.#tally.bytesSent += message.length;
    return new Promise((resolve, reject) => {
      this.#socket.send(message, (error) => (error ? reject(error) : resolve()));
    });
  }
}
