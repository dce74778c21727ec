import { DatabaseUnavailable } from '@pics/core';

/** Codes of the operating system, and of DNS, when there is no way to the database. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ENOENT', // The socket file of a server that does not run.
]);

/**
 * SQL states that mean that Postgres cannot serve for now: connection exceptions (08), a shutdown, start or crash
 * (57P01-57P05), no resources (53: too many connections, disk full, out of memory), a session that was ended because it was
 * idle in a transaction or its transaction took too long (25P03, 25P04), a server that only reads for the moment (25006: a
 * failover, or a full disk at a hosted database), an I/O error (58030).
 */
const UNAVAILABLE_STATES = /^(08...|53...|57P0.|25P0[34]|25006|58030)$/;

/**
 * SQL states of a connection that is refused for good, until somebody changes a setting: no logon (28), no such database or
 * schema (3D, 3F), no right to it (42501), a startup option that does not exist or has a wrong value (42704, 22023).
 */
const SETTING_STATES = /^(28...|3D...|3F...|42501|42704|22023)$/;

/**
 * Supavisor puts a code of its own in brackets, all under XX000. These do not go away by waiting; all its others
 * (EMAXCONNSESSION, ECHECKOUTTIMEOUT, EDBHANDLEREXITED, EPOOLTERMINATING, ECIRCUITBREAKER …) do.
 */
const SUPAVISOR_SETTINGS =
  /^\((EADDRNOTALLOWED|EAUTHQUERY|EBANNED|EINVALIDUSERINFO|EJITUNAUTHORIZED|EMAXPREPARED(MEM)?|EMULTIPLEUSERS|ENOIDENTIFIER|ENOTFOUND|EPREPARED(DUP|NOTFOUND)|EPSSIMPLEQUERY|ESSLREQUIRED|ESTARTUP\w+|EWRONGPASSWORD)\)/;

/**
 * Sentences of poolers under codes that they also use for what passes: 08P01 of PgBouncer, and XX000 of Supavisor before it
 * had codes.
 */
const SETTING_SENTENCES =
  /no such (database|user)|auth(entication)?( error| failed)|unsupported startup|not allowed|allow_list|(SSL|TLS)( connection is)? required|bouncer config error|protocol violation|tenant or user not found/i;

/** Messages of pg, without a code, for a connection that broke, could not be made, or is being closed. */
const PG_MESSAGES =
  /^(Connection terminated|Connection ended|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|driver has already been destroyed|Cannot use a pool after calling end)/;

/**
 * Whether an error only says that Postgres cannot be used right now, so that the caller waits and tries again and the
 * work costs no attempt. Decided by its kind: the code of the network, the SQL state, and whether the session is over
 * (FATAL) for another reason than a setting. Looks into causes and, for a host with several addresses, into each one's error.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseUnavailable) return true;
  if (error instanceof AggregateError) return error.errors.some((one) => isDatabaseUnavailable(one));
  const code = fieldOf(error, 'code');
  if (NETWORK_CODES.has(code) || PG_MESSAGES.test(error.message)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return isUnavailableState(code, error);
  return isDatabaseUnavailable(error.cause);
}

/** Whether a response with this SQL state, of a server or of a pooler in front of it, is an outage. */
function isUnavailableState(state: string, error: Error): boolean {
  if (SETTING_STATES.test(state)) return false;
  if (SUPAVISOR_SETTINGS.test(error.message)) return false;
  const isPoolers = state === '08P01' || state === 'XX000';
  if (isPoolers && SETTING_SENTENCES.test(error.message)) return false;
  return UNAVAILABLE_STATES.test(state) || /^(FATAL|PANIC)$/.test(fieldOf(error, 'severity'));
}

function fieldOf(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
