/** The work can never succeed, so it is not tried again. Any other error means "try again". */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** Steam is unavailable (no session, throttled, connection lost). The job is kept and loses no attempt. */
export class SteamUnavailable extends Error {
  override name = 'SteamUnavailable';
}

/**
 * Steam refused a request because there are too many (RateLimitExceeded and its kin). The job is kept and loses no attempt,
 * and the whole fleet pauses. It is not a response: nothing that counts responses may count it.
 */
export class SteamRefused extends SteamUnavailable {
  override name = 'SteamRefused';
}

/** Redis is unreachable, or cannot take writes at the moment. The job is kept and loses no attempt. */
export class RedisUnavailable extends Error {
  override name = 'RedisUnavailable';
}

/** Postgres is unreachable. The job is kept and loses no attempt. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
}

/**
 * A response of Steam has an impossible change number, so it is neither followed nor stored.
 *
 * One response may be garbled. If another server says the same, the cursor itself is wrong: it comes from another Steam, from
 * a simulator, or from an earlier garbled response.
 */
export class ImplausibleChangeNumber extends Error {
  override name = 'ImplausibleChangeNumber';
}

/** Something that the person at the terminal has to fix. The message says what and how; no stack is shown with it. */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * An error as the one line that the ledger stores: `Class: message`, without line breaks, at most 500 characters. Failures
 * can be grouped by class and a row stays readable.
 */
export function describeError(error: unknown): string {
  const line = error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;
  return line.replaceAll(/[\s\0]+/g, ' ').slice(0, 500);
}
