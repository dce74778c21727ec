import { MalformedMessage } from '../wire/protobuf-reader.ts';
import type { Clock } from '../session/clock.ts';
import type { SteamLogger } from '../session/steam-session.ts';

/** How a request ended. Steam may refuse it: `throttled` means not now, `refused` never. */
export type Outcome = 'answered' | 'throttled' | 'refused' | 'timeout' | 'disconnected';

/**
 * EResults by which Steam asks for fewer requests: Busy, ServiceUnavailable, LimitExceeded, RateLimitExceeded,
 * AccountLoginDeniedThrottle, AccountLimitExceeded, AccountActivityLimitExceeded, TooManyPending.
 */
const NOT_NOW = new Set([10, 20, 25, 84, 87, 95, 96, 108]);

/**
 * Far above the job ids that steam-user counts up from 1 in each session, so that its jobs and these never collide. Ids
 * continue across sessions: a response to a request of an earlier session matches nothing.
 */
const FIRST_JOB_ID = 1_000_000;

/**
 * A server that says nothing for so long while requests wait is connected and dead. Steam responds within two seconds; with a
 * poll every five seconds, another server works 30 s after the last response at the latest.
 */
const SILENCE_MS = 20_000;

/** With a short timeout: so many timeouts without any response in between. */
const TIMEOUTS_UNTIL_SILENCE = 3;

interface PendingRequest {
  sentAt: number;
  onPart: (body: Buffer) => boolean;
  settle: (outcome: Outcome) => void;
  fail: (error: unknown) => void;
}

export interface PendingRequestsOptions {
  timeoutMs: number;
  clock: Clock;
  log: SteamLogger;
  /** A response came that is not a refusal. */
  onResponse(): void;
  /** Steam has said nothing for so long, while requests waited. */
  onSilence(silenceMs: number): void;
}

/**
 * The requests that wait for Steam. Each settles exactly once: with its last part, Steam's refusal, its timeout, or the end
 * of the session. The timeout covers sending and all parts together, so that a caller knows how long it can take. When
 * Steam is silent although requests wait, the longest waiting of them are timed out and `onSilence` is called.
 */
export class PendingRequests {
  /** When Steam last responded to anything; a refusal is no response. */
  lastResponseAt: Date | undefined;
  readonly #options: PendingRequestsOptions;
  readonly #pending = new Map<number, PendingRequest>();
  #nextJobId = FIRST_JOB_ID;
  readonly #silenceMs: number;
  #cancelSilence: (() => void) | undefined;

  constructor(options: PendingRequestsOptions) {
    this.#options = options;
    this.#silenceMs = Math.min(SILENCE_MS, TIMEOUTS_UNTIL_SILENCE * options.timeoutMs);
  }

  /**
   * Sends a request and waits for its end.
   *
   * @param send sends it with the given job id.
   * @param onPart receives one part of the response and returns whether it was the last. What it throws ends the request.
   */
  async send(send: (jobId: number) => void, onPart: (body: Buffer) => boolean): Promise<Outcome> {
    const jobId = this.#nextJobId++;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const { clock, timeoutMs } = this.#options;
    this.#pending.set(jobId, { sentAt: clock.now(), onPart, settle: resolve, fail: reject });
    const cancelTimeout = clock.after(timeoutMs, () => this.#settle(jobId, 'timeout'));
    this.#cancelSilence ??= clock.after(this.#silenceMs, () => this.#endSilence());
    try {
      send(jobId);
      return await promise;
    } finally {
      cancelTimeout();
      this.#pending.delete(jobId);
    }
  }

  /**
   * Passes one part of a response to its request. Without one, it only shows that Steam is alive.
   *
   * @throws MalformedMessage when the part cannot be read; its request has ended with the same error.
   */
  receive(jobId: number, body: Buffer): void {
    const request = this.#pending.get(jobId);
    if (!request) {
      this.#noteResponse();
      this.#options.log.debug({ jobId, bytes: body.length }, 'a response to no pending request');
      return;
    }
    try {
      if (request.onPart(body)) this.#settle(jobId, 'answered');
      this.#noteResponse();
    } catch (error) {
      this.#pending.delete(jobId);
      request.fail(error);
      this.#noteMessage();
      if (error instanceof MalformedMessage) throw error;
    }
  }

  /** Ends a request whose response was handled elsewhere. */
  complete(jobId: number): void {
    this.#settle(jobId, 'answered');
    this.#noteResponse();
  }

  /**
   * Ends a request that Steam refused with this EResult. It shows that the server is alive and nothing more: a session on
   * which everything is refused makes no progress.
   */
  refuse(jobId: number, eresult: number): void {
    if (this.#pending.has(jobId)) {
      this.#options.log.warn({ jobId, eresult }, 'Steam refused a request');
      this.#settle(jobId, NOT_NOW.has(eresult) ? 'throttled' : 'refused');
    }
    this.#noteMessage();
  }

  /** Ends every request, because their session has ended. */
  disconnect(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = undefined;
    for (const jobId of this.#pending.keys()) this.#settle(jobId, 'disconnected');
  }

  /** A request that waited through all the silence may be its cause: it timed out, and was not merely disconnected. */
  #endSilence(): void {
    this.#cancelSilence = undefined;
    const { clock, timeoutMs } = this.#options;
    const sentBefore = clock.now() - Math.min(this.#silenceMs, timeoutMs);
    for (const [jobId, { sentAt }] of this.#pending) if (sentAt <= sentBefore) this.#settle(jobId, 'timeout');
    this.#options.onSilence(this.#silenceMs);
  }

  /** The server is alive: the silence starts over, if any request still waits. */
  #noteMessage(): void {
    this.#cancelSilence?.();
    this.#cancelSilence =
      this.#pending.size > 0
        ? this.#options.clock.after(this.#silenceMs, () => this.#endSilence())
        : undefined;
  }

  #noteResponse(): void {
    this.#noteMessage();
    this.lastResponseAt = new Date(this.#options.clock.now());
    this.#options.onResponse();
  }

  #settle(jobId: number, outcome: Outcome): void {
    this.#pending.get(jobId)?.settle(outcome);
    this.#pending.delete(jobId);
  }
}
