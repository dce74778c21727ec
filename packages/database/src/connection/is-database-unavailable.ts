import { DatabaseUnavailable } from '@pics/core';

/** Error codes of the operating system when the database cannot be reached. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * SQL states that mean that Postgres cannot serve for now: connection exceptions (08), a shutdown, start or crash (57P01-57P05),
 * no resources (53: too many connections, disk full, out of memory), a session that was ended because it was idle in a
 * transaction (25P03), a server that only reads for the moment (25006: a failover, or a full disk at a hosted database), an
 * I/O error (58030).
 */
const SQL_STATE = /^(08...|53...|57P0.|25P03|25006|58030)$/;

/** Messages of pg, without a code, for a connection that broke or could not be made. */
const MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|driver has already been destroyed|Connection ended)/;

/**
 * Messages of poolers, under other codes, when they have no connection to give: Supabase's session pooler has 15 on
 * its smallest databases, and during a deploy the old and the new version of each service want some.
 */
const POOLER_MESSAGE =
  /MaxClientsInSessionMode|max client(s| connections) reached|no more connections allowed/i;

/**
 * Whether an error only means that Postgres cannot be used right now: the caller waits and tries again, and the attempt
 * does not count. Looks into causes and, for a host with several addresses, into each one's error.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseUnavailable) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NETWORK_CODES.has(code) || SQL_STATE.test(code)) return true;
  if (MESSAGE.test(error.message) || POOLER_MESSAGE.test(error.message)) return true;
  if (error instanceof AggregateError) return error.errors.some((one) => isDatabaseUnavailable(one));
  return isDatabaseUnavailable(error.cause);
}
