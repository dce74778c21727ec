import type { SessionEnd } from './steam-session.ts';

const RATE_LIMIT_EXCEEDED = 84;
const ACCOUNT_LOGIN_DENIED_THROTTLE = 87;

const FIRST_PAUSE_MS = 1_000;

/** Steam's weekly maintenance takes minutes; a longer pause would only make the mirror late. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * RateLimitExceeded counts logons per address, blocks for about 30 minutes, and every logon during the block
 * restarts it: never try sooner. Other processes behind the same address may share the block, so the pause grows.
 */
const FIRST_THROTTLED_PAUSE_MS = 30 * 60_000;
const LONGEST_THROTTLED_PAUSE_MS = 4 * 60 * 60_000;

/** Whether Steam ended a session because of too many logons, so that another one makes it worse. */
export function isThrottled(end: SessionEnd): boolean {
  return end.eresult === RATE_LIMIT_EXCEEDED || end.eresult === ACCOUNT_LOGIN_DENIED_THROTTLE;
}

/**
 * How long to pause after a session ended: exponential with full jitter (anything from 0 to the ceiling, so that a fleet
 * that lost its sessions together does not reconnect together), and from half an hour upwards when Steam throttles
 * logons (there the jitter is only added, because a shorter pause would restart the block).
 */
export class ReconnectBackoff {
  #failures = 0;
  #throttles = 0;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds until the next try. */
  next(end: SessionEnd): number {
    if (isThrottled(end)) {
      const pause = Math.min(FIRST_THROTTLED_PAUSE_MS * 2 ** this.#throttles++, LONGEST_THROTTLED_PAUSE_MS);
      return Math.round(pause * (1 + this.#random() / 4));
    }
    const ceiling = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS);
    return Math.round(ceiling * this.#random());
  }

  /**
   * Starts over from the shortest pause, after a session that has responded to a request. A logon is not enough: a server
   * that accepts every logon and then drops it would get one a second, until Steam blocks the address. Nor is a response,
   * when the session ended because its server was at fault.
   */
  reset(): void {
    this.#failures = 0;
    this.#throttles = 0;
  }
}
