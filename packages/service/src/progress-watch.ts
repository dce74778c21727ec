import { awaitWithin, READ_TIMEOUT_MS } from './await-within.ts';
import type { Reason } from './health-server.ts';

const NO_RESPONSE = `no response from Redis or Postgres within ${READ_TIMEOUT_MS / 1_000} s`;

/** The longest that looking for an outage may take; new connections have shorter deadlines of their own. */
const OUTAGE_TIMEOUT_MS = 10_000;

/** Where a service's progress can be read. */
export interface ProgressSource {
  /** What counts as progress, for people: "poll", "response from Steam", "write". */
  what: string;
  /** Whether there is anything to do right now. */
  hasWork: () => boolean | Promise<boolean>;
  /** When the service last made progress. */
  lastProgressAt: () => Date | undefined;
  /** Why the service does not work right now, as far as it knows by itself. It is reported, and excuses nothing. */
  findBlocker: () => Reason | Promise<Reason>;
  /**
   * The outage that excuses a stall, found by trying: what a new connection can do is no outage, whatever the connections of
   * the service say. Undefined when there is none.
   */
  findOutage: () => Reason | Promise<Reason>;
  /** The message of the last error in the way of progress, if any. */
  findLastError?: () => Reason;
  /** Called at each check that finds a stall of a tenth of the watchdog's time which no outage explains. */
  onStall?: (description: string) => void;
}

/**
 * Decides whether a service makes progress. A process that reports "ok" while it does nothing has cost others weeks of
 * changes, so health here means progress.
 *
 * A stall is counted from the last progress, or from when there was work again, whichever is later. After a tenth of the
 * watchdog's time (a minute by default) the service is not ready; after all of it, with no outage to explain it, the process
 * itself is at fault and ends, so that its platform starts a new one.
 */
export class ProgressWatch {
  readonly #source: ProgressSource;
  readonly #watchdogMs: number;
  readonly #now: () => number;
  #workSince: number | undefined;
  #explainedAt = 0;
  #stalledMs = 0;
  #blocker: Reason;
  #outage: Reason;

  constructor(source: ProgressSource, watchdogMs: number, now: () => number = Date.now) {
    this.#source = source;
    this.#watchdogMs = watchdogMs;
    this.#now = now;
  }

  /** Checks once; call it regularly. @throws Error when the service is stalled and no outage explains it. */
  async check(): Promise<void> {
    const { blocker, hasWork } = await this.#readSource();
    this.#blocker = blocker;
    const now = this.#now();
    this.#workSince = hasWork ? (this.#workSince ?? now) : undefined;
    const lastProgressAt = this.#source.lastProgressAt()?.getTime() ?? 0;
    this.#stalledMs = this.#workSince === undefined ? 0 : now - Math.max(this.#workSince, lastProgressAt);
    this.#outage = this.#isStall(this.#stalledMs) ? await this.#findOutage() : undefined;
    if (this.#outage) this.#explainedAt = this.#now();
    // An outage does not count against the process: when it ends, the process gets the whole time again.
    const unexplainedMs = Math.min(this.#stalledMs, now - this.#explainedAt);
    if (this.#isStall(unexplainedMs)) this.#source.onStall?.(this.#describeStall());
    if (unexplainedMs > this.#watchdogMs) throw new Error(this.#describeStall());
  }

  #isStall(ms: number): boolean {
    return ms > this.#watchdogMs / 10;
  }

  /** Redis or Postgres failing or being silent here blocks the service as well. */
  async #readSource(): Promise<{ blocker: Reason; hasWork: boolean }> {
    const read = async () => {
      const blocker = await this.#source.findBlocker();
      return { blocker, hasWork: blocker ? true : await this.#source.hasWork() };
    };
    try {
      return (await awaitWithin(read())) ?? { blocker: NO_RESPONSE, hasWork: true };
    } catch (error) {
      return { blocker: `Redis or Postgres failed: ${describe(error)}`, hasWork: true };
    }
  }

  /** An attempt to find an outage that fails in itself explains nothing. */
  async #findOutage(): Promise<Reason> {
    const find = async () => this.#source.findOutage();
    return awaitWithin(find(), OUTAGE_TIMEOUT_MS).catch(() => undefined);
  }

  /** Why the service is not ready, as of the last check. */
  findReason(): Reason {
    return (
      this.#blocker ?? this.#outage ?? (this.#isStall(this.#stalledMs) ? this.#describeStall() : undefined)
    );
  }

  #describeStall(): string {
    const seconds = Math.round(this.#stalledMs / 1_000);
    const error = this.#source.findLastError?.();
    return `no ${this.#source.what} for ${seconds} s, and no outage explains it${error ? `: ${error}` : ''}`;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
