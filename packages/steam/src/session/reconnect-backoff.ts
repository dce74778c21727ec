import type { SessionEnd } from './steam-session.ts';

const RATE_LIMIT_EXCEEDED = 84;
const ACCOUNT_LOGIN_DENIED_THROTTLE = 87;

const FIRST_PAUSE_MS = 1_000;

/** Steam's weekly maintenance takes minutes; waiting longer than this between tries only makes the mirror late. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * RateLimitExceeded counts logons per address, blocks for about 30 minutes, and every logon within the block starts it
 * anew: never try sooner. The block may be shared with other processes behind the same address, so the pause grows.
 */
const FIRST_THROTTLED_PAUSE_MS = 30 * 60_000;
const LONGEST_THROTTLED_PAUSE_MS = 4 * 60 * 60_000;

/** Whether Steam ended a session because there were too many logons, so that trying again makes it worse. */
export function isThrottled(end: SessionEnd): boolean {
  return end.eresult === RATE_LIMIT_EXCEEDED || end.eresult === ACCOUNT_LOGIN_DENIED_THROTTLE;
}

/**
 * How long to stay away after a session ended: exponential with full jitter (anything from nothing to the ceiling, so
 * that a fleet that lost its sessions together does not come back together), and from half an hour upwards when Steam
 * throttles logons (there the jitter is only added, for shortening the pause would renew the block).
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
   * Starts over from the shortest pause. For a session that has answered a request, not for a mere logon: a server that
   * accepts every logon and then drops it would otherwise be asked for one a second, until Steam blocks the address.
   */
  reset(): void {
    this.#failures = 0;
    this.#throttles = 0;
  }
}
