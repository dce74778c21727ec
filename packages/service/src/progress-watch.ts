import { awaitWithin, READ_TIMEOUT_MS } from './await-within.ts';
import type { Reason } from './health-server.ts';

const NO_RESPONSE = `no response from Redis or Postgres within ${READ_TIMEOUT_MS / 1_000} s`;

/** Where a service's progress can be read. */
export interface ProgressSource {
  /** What counts as progress, for people: "poll", "response from Steam", "write". */
  what: string;
  /** Whether there is anything to do right now. */
  hasWork: () => boolean | Promise<boolean>;
  /** When the service last made progress. */
  lastProgressAt: () => Date | undefined;
  /** The outage of Steam, Postgres or Redis that keeps the service from working; undefined when there is none. */
  findOutage: () => Reason | Promise<Reason>;
}

/**
 * Decides whether a service makes progress. A process that reports "ok" while it does nothing has cost others weeks of
 * changes, so health here means progress.
 *
 * A stall is counted from the last progress, or from when there was work again, whichever is later. After a fifth of the
 * watchdog's time the service is not ready; after all of it, with no outage to explain it, the process itself is at fault
 * and ends, so that its platform starts a new one.
 */
export class ProgressWatch {
  readonly #source: ProgressSource;
  readonly #watchdogMs: number;
  readonly #now: () => number;
  #workSince: number | undefined;
  #stalledMs = 0;
  #outage: Reason;

  constructor(source: ProgressSource, watchdogMs: number, now: () => number = Date.now) {
    this.#source = source;
    this.#watchdogMs = watchdogMs;
    this.#now = now;
  }

  /** Checks once; call it regularly. @throws Error when the service is stalled and no outage explains it. */
  async check(): Promise<void> {
    const { outage, hasWork } = await this.#readSource();
    this.#outage = outage;
    const now = this.#now();
    if (!hasWork) this.#workSince = undefined;
    // An outage does not count against the process: when it ends, the process gets the whole time again.
    else if (this.#workSince === undefined || outage) this.#workSince = now;
    const lastProgressAt = this.#source.lastProgressAt()?.getTime() ?? 0;
    this.#stalledMs = this.#workSince === undefined ? 0 : now - Math.max(this.#workSince, lastProgressAt);
    if (this.#stalledMs > this.#watchdogMs) throw new Error(this.#describeStall());
  }

  /** Redis or Postgres failing or being silent here is an outage as well. */
  async #readSource(): Promise<{ outage: Reason; hasWork: boolean }> {
    const read = async () => {
      const outage = await this.#source.findOutage();
      return { outage, hasWork: outage ? true : await this.#source.hasWork() };
    };
    try {
      return (await awaitWithin(read())) ?? { outage: NO_RESPONSE, hasWork: true };
    } catch (error) {
      return { outage: error instanceof Error ? error.message : String(error), hasWork: true };
    }
  }

  /** Why the service is not ready, as of the last check. */
  findReason(): Reason {
    if (this.#outage) return this.#outage;
    return this.#stalledMs > this.#watchdogMs / 5 ? this.#describeStall() : undefined;
  }

  #describeStall(): string {
    return `no ${this.#source.what} for ${Math.round(this.#stalledMs / 1_000)} s, and no outage explains it`;
  }
}
