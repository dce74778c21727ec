import { ANSWER_TIMEOUT_MS, awaitAnswer } from './await-answer.ts';
import type { Reason } from './health-server.ts';

const SILENCE = `Redis or Postgres has not answered for ${ANSWER_TIMEOUT_MS / 1_000} s`;

/** How a service's progress is seen. */
export interface ProgressSource {
  /** What a turn of progress is, for people: "poll", "answer of Steam", "write". */
  what: string;
  /** Whether there is anything to do right now. */
  hasWork: () => boolean | Promise<boolean>;
  /** When something was last achieved. */
  lastProgressAt: () => Date | undefined;
  /** What keeps the service from its work without being its own fault: an outage of Steam, Postgres or Redis. */
  findOutsideCause: () => Reason | Promise<Reason>;
}

/**
 * Judges whether a service gets on with its work: health is progress, for a process that answers "ok" while it does
 * nothing has cost others weeks of changes.
 *
 * Standing still counts from the last progress, or from when work first lay there, whichever is later. After a fifth of
 * the watchdog's time it is a reason not to be ready; after all of it, without an outside cause, it is the process's own
 * fault, and ending it is the mend: its platform starts a new one.
 */
export class ProgressWatch {
  readonly #source: ProgressSource;
  readonly #watchdogMs: number;
  readonly #now: () => number;
  #workSince: number | undefined;
  #stalledMs = 0;
  #outsideCause: Reason;

  constructor(source: ProgressSource, watchdogMs: number, now: () => number = Date.now) {
    this.#source = source;
    this.#watchdogMs = watchdogMs;
    this.#now = now;
  }

  /** Looks once; call it regularly. @throws Error when the service stands still through no cause outside. */
  async look(): Promise<void> {
    const { outsideCause, hasWork } = await this.#ask();
    this.#outsideCause = outsideCause;
    const now = this.#now();
    if (!hasWork) this.#workSince = undefined;
    // Time under an outage does not count against the process: it gets its whole span again when the outage ends.
    else if (this.#workSince === undefined || outsideCause) this.#workSince = now;
    const lastProgressAt = this.#source.lastProgressAt()?.getTime() ?? 0;
    this.#stalledMs = this.#workSince === undefined ? 0 : now - Math.max(this.#workSince, lastProgressAt);
    if (this.#stalledMs > this.#watchdogMs) throw new Error(this.#describeStall());
  }

  /** What cannot even be asked (Redis or Postgres fails, or is silent) is an outside cause as well. */
  async #ask(): Promise<{ outsideCause: Reason; hasWork: boolean }> {
    const ask = async () => {
      const outsideCause = await this.#source.findOutsideCause();
      return { outsideCause, hasWork: outsideCause ? true : await this.#source.hasWork() };
    };
    try {
      return (await awaitAnswer(ask())) ?? { outsideCause: SILENCE, hasWork: true };
    } catch (error) {
      return { outsideCause: error instanceof Error ? error.message : String(error), hasWork: true };
    }
  }

  /** Why the service is not ready, by the last look. */
  findReason(): Reason {
    if (this.#outsideCause) return this.#outsideCause;
    return this.#stalledMs > this.#watchdogMs / 5 ? this.#describeStall() : undefined;
  }

  #describeStall(): string {
    return `no ${this.#source.what} for ${Math.round(this.#stalledMs / 1_000)} s, and nothing outside explains it`;
  }
}
