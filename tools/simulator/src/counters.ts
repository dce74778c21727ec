import { REQUEST_KINDS, type RequestKind } from './faults/fault.ts';
import type { RefusalReason } from './server/refusal.ts';

/** One request as it arrived. */
export interface LoggedRequest {
  /** Milliseconds since the simulator started. */
  atMs: number;
  kind: RequestKind;
  /** The number of its connection, counted from 1. */
  session: number;
  /** How many ids it requested. */
  ids: number;
}

/** The kinds of requests for which a fleet has one budget. */
const BUDGETED: ReadonlySet<RequestKind> = new Set(['product-info', 'metadata', 'access-token']);

/** How many of the last requests are kept: far more than a fleet at its budget sends in an hour. */
const LOG_LENGTH = 200_000;

/** Counts what clients do, and keeps a log of their requests. */
export class Counters {
  readonly #startedAt = performance.now();
  readonly requests = Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, 0])) as Record<
    RequestKind,
    number
  >;
  readonly refusals: Partial<Record<RefusalReason, number>> = {};
  readonly logonResults: Record<string, number> = {};
  connections = 0;
  logoffs = 0;
  heartbeats = 0;
  /** Messages of product info responses. */
  parts = 0;
  /** Ids for which tokens were requested, and tokens in product info requests that open their apps, or do not. */
  readonly tokens = { requested: 0, accepted: 0, refused: 0 };
  bytesSent = 0;
  bodiesOverHttp = 0;
  #log: LoggedRequest[] = [];

  countRefusal(reason: RefusalReason): void {
    this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
  }

  countLogon(result: string): void {
    this.logonResults[result] = (this.logonResults[result] ?? 0) + 1;
  }

  logRequest(kind: RequestKind, session: number, ids: number): void {
    this.requests[kind] += 1;
    this.#log.push({ atMs: performance.now() - this.#startedAt, kind, session, ids });
    if (this.#log.length >= 2 * LOG_LENGTH) this.#log = this.#log.slice(-LOG_LENGTH);
  }

  /** The last requests in order of arrival, of these kinds or of all. */
  loggedRequests(kinds: readonly RequestKind[] = REQUEST_KINDS): LoggedRequest[] {
    return this.#log.slice(-LOG_LENGTH).filter(({ kind }) => kinds.includes(kind));
  }

  /** How many requests of these kinds arrived in the last `ms` milliseconds. */
  requestsWithin(ms: number, kinds: readonly RequestKind[]): number {
    const since = performance.now() - this.#startedAt - ms;
    let count = 0;
    for (let index = this.#log.length - 1; index >= 0; index -= 1) {
      const request = this.#log[index];
      if (!request || request.atMs <= since) break;
      if (kinds.includes(request.kind)) count += 1;
    }
    return count;
  }

  /**
   * The highest number of product info and access token requests in any span of `ms` milliseconds, to compare with the
   * budget that they share.
   */
  mostProductInfoRequestsWithin(ms: number): number {
    const times = this.#log.filter(({ kind }) => BUDGETED.has(kind)).map(({ atMs }) => atMs);
    let most = 0;
    let first = 0;
    for (const [index, time] of times.entries()) {
      while ((times[first] ?? time) <= time - ms) first += 1;
      most = Math.max(most, index - first + 1);
    }
    return most;
  }

  /** All counters, for people and for tests. */
  summary() {
    return {
      connections: this.connections,
      /** By the name of their result. */
      logons: this.logonResults,
      logoffs: this.logoffs,
      heartbeats: this.heartbeats,
      requests: this.requests,
      /** By second since the start; seconds without any are left out. */
      requestsPerSecond: this.#requestsPerSecond(),
      /** In any 1,000 ms, and in any 950 ms: requests that are sent evenly do not arrive evenly. */
      mostProductInfoRequests: {
        within1000Ms: this.mostProductInfoRequestsWithin(1_000),
        within950Ms: this.mostProductInfoRequestsWithin(950),
      },
      parts: this.parts,
      tokens: this.tokens,
      bytesSent: this.bytesSent,
      bodiesOverHttp: this.bodiesOverHttp,
      refusals: this.refusals,
    };
  }

  #requestsPerSecond(): Record<number, Partial<Record<RequestKind, number>>> {
    const seconds: Record<number, Partial<Record<RequestKind, number>>> = {};
    for (const { atMs, kind } of this.#log) {
      const second = (seconds[Math.floor(atMs / 1_000)] ??= {});
      second[kind] = (second[kind] ?? 0) + 1;
    }
    return seconds;
  }
}
