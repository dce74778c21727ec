import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from './client-address.ts';

const WINDOW_SECONDS = 60;

/** People mistype now and then; a program that guesses passwords is stopped here for the rest of the minute. */
const MAX_FAILURES = 10;

/**
 * Counts failed logons and blocks the addresses with too many of them in a minute.
 *
 * Counts are kept in this process: there is one board, and a Redis outage must not block logons.
 */
export class FailedLogons {
  readonly #failures = new RateLimiterMemory({ points: MAX_FAILURES, duration: WINDOW_SECONDS });

  /** How many addresses are remembered. */
  get size(): number {
    return this.#failures.dump().storage.length;
  }

  /** Counts a request with wrong credentials. */
  async add(address: string): Promise<void> {
    await this.#failures.penalty(networkOf(address));
  }

  /** How many seconds this address is still blocked; undefined when it may try. */
  async findRetryAfter(address: string): Promise<number | undefined> {
    const count = await this.#failures.get(networkOf(address));
    const isBlocked = count !== null && count.remainingPoints === 0 && count.msBeforeNext > 0;
    return isBlocked ? Math.ceil(count.msBeforeNext / 1_000) : undefined;
  }
}
