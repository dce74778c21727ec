/** The work can never succeed as it stands: trying again is pointless. Anything else that is thrown means "try again". */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** Steam cannot be used right now (no session, throttled, connection lost). The work is kept and costs no attempt. */
export class SteamUnavailable extends Error {
  override name = 'SteamUnavailable';
}

/** Postgres cannot be reached right now. The work is kept and costs no attempt. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
}

/** Something that the person at the terminal has to fix. The message says what and how; no stack is shown with it. */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * An error as the one line that the ledger keeps: `Class: message`, without line breaks, at most 500 characters, so that
 * failures group by their class and a row stays readable.
 */
export function describeError(error: unknown): string {
  const line = error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;
  return line.replaceAll(/[\s\0]+/g, ' ').slice(0, 500);
}
