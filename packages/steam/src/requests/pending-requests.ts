import type { Clock } from '../session/clock.ts';
import type { SteamLogger } from '../session/logger.ts';

/** How a request came to its end. Steam may say that it will not answer: `throttled` means not now, `refused` never. */
export type Outcome = 'answered' | 'throttled' | 'refused' | 'timeout' | 'disconnected';

/** EResults that tell of Steam's state and not of the request: Busy, ServiceUnavailable, LimitExceeded, RateLimitExceeded. */
const NOT_NOW = new Set([10, 20, 25, 84]);

/**
 * Far above the job ids that steam-user counts up from 1 in each session, so that its jobs and these are never mistaken
 * for each other. Numbers go on across sessions: an answer to a request of an earlier session finds nobody.
 */
const FIRST_JOB_ID = 1_000_000;

/** So many timeouts with no answer of any kind in between mean that the server only keeps up appearances. */
const TIMEOUTS_UNTIL_SILENCE = 3;

interface PendingRequest {
  onPart: (body: Buffer) => boolean;
  settle: (outcome: Outcome) => void;
  fail: (error: unknown) => void;
}

export interface PendingRequestsOptions {
  timeoutMs: number;
  clock: Clock;
  log: SteamLogger;
  /** Any answer came. */
  onAnswer(): void;
  /** Request after request timed out, and nothing came. */
  onSilence(timeouts: number): void;
}

/**
 * The requests that wait for Steam. Each settles exactly once: when its last part came, Steam refused it, its time was up,
 * or the session went. The time runs from asking, for all parts together, so that a caller knows how long it can take.
 */
export class PendingRequests {
  /** When Steam last answered anything. */
  lastResponseAt: Date | undefined;
  readonly #options: PendingRequestsOptions;
  readonly #pending = new Map<number, PendingRequest>();
  #nextJobId = FIRST_JOB_ID;
  #timeoutsInARow = 0;

  constructor(options: PendingRequestsOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and waits for its end.
   *
   * @param send sends it under the given job id.
   * @param onPart takes one part of the answer and returns whether it was the last. What it throws ends the request.
   */
  async ask(send: (jobId: number) => void, onPart: (body: Buffer) => boolean): Promise<Outcome> {
    const jobId = this.#nextJobId++;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.#pending.set(jobId, { onPart, settle: resolve, fail: reject });
    const cancelTimeout = this.#options.clock.after(this.#options.timeoutMs, () => this.#timeOut(jobId));
    try {
      send(jobId);
      return await promise;
    } finally {
      cancelTimeout();
      this.#pending.delete(jobId);
    }
  }

  /** Gives one part of an answer to its request. One that nobody waits for (any more) only shows that Steam is alive. */
  answer(jobId: number, body: Buffer): void {
    this.#noteAnswer();
    const request = this.#pending.get(jobId);
    if (!request) {
      this.#options.log.debug({ jobId, bytes: body.length }, 'an answer nobody waits for');
      return;
    }
    try {
      if (request.onPart(body)) this.#settle(jobId, 'answered');
    } catch (error) {
      this.#pending.delete(jobId);
      request.fail(error);
    }
  }

  /** Ends a request whose answer was taken elsewhere. */
  complete(jobId: number): void {
    this.#noteAnswer();
    this.#settle(jobId, 'answered');
  }

  /** Ends a request that Steam refused with this EResult. */
  refuse(jobId: number, eresult: number): void {
    this.#noteAnswer();
    this.#options.log.warn({ jobId, eresult }, 'Steam refused a request');
    this.#settle(jobId, NOT_NOW.has(eresult) ? 'throttled' : 'refused');
  }

  /** Ends every request: the session they were asked on is gone. */
  disconnect(): void {
    this.#timeoutsInARow = 0;
    for (const jobId of this.#pending.keys()) this.#settle(jobId, 'disconnected');
  }

  #timeOut(jobId: number): void {
    this.#settle(jobId, 'timeout');
    this.#timeoutsInARow++;
    if (this.#timeoutsInARow >= TIMEOUTS_UNTIL_SILENCE) this.#options.onSilence(this.#timeoutsInARow);
  }

  #noteAnswer(): void {
    this.#timeoutsInARow = 0;
    this.lastResponseAt = new Date(this.#options.clock.now());
    this.#options.onAnswer();
  }

  #settle(jobId: number, outcome: Outcome): void {
    this.#pending.get(jobId)?.settle(outcome);
    this.#pending.delete(jobId);
  }
}
