import { DatabaseUnavailable } from '@pics/core';
import { describe, expect, test } from 'vitest';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

const failure = (message: string, code?: string, severity?: string) =>
  Object.assign(new Error(message), code && { code }, severity && { severity });

/** Errors as servers and poolers send them: SQL state, severity, message. */
type Response = readonly [state: string, severity: 'FATAL' | 'ERROR', message: string];

const PASSES: Record<string, Response[]> = {
  Postgres: [
    ['57P03', 'FATAL', 'the database system is starting up'],
    ['57P03', 'FATAL', 'the database system is not yet accepting connections'],
    ['57P01', 'FATAL', 'terminating connection due to administrator command'],
    ['57P02', 'FATAL', 'terminating connection because of crash of another server process'],
    ['53300', 'FATAL', 'sorry, too many clients already'],
    ['53300', 'FATAL', 'remaining connection slots are reserved for roles with the SUPERUSER attribute'],
    ['53100', 'ERROR', 'could not extend file "base/5/16442": No space left on device'],
    ['53200', 'ERROR', 'out of memory'],
    ['25006', 'ERROR', 'cannot execute UPDATE in a read-only transaction'],
    ['25P03', 'FATAL', 'terminating connection due to idle-in-transaction timeout'],
    ['25P04', 'FATAL', 'terminating connection due to transaction timeout'],
    ['57P05', 'FATAL', 'terminating connection due to idle-session timeout'],
    ['58030', 'ERROR', 'could not read block 7 in file "base/5/16442": Input/output error'],
  ],
  PgBouncer: [
    ['08P01', 'FATAL', 'no more connections allowed (max_client_conn)'],
    ['08P01', 'FATAL', 'query_wait_timeout'],
    ['08P01', 'FATAL', 'server login has been failing, try again later (server_login_retry)'],
    ['08P01', 'FATAL', 'server conn crashed?'],
    ['08P01', 'FATAL', 'pgbouncer is shutting down'],
    ['58000', 'FATAL', 'the database system is shutting down'],
  ],
  'Supavisor now': [
    [
      'XX000',
      'FATAL',
      '(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15',
    ],
    [
      'XX000',
      'FATAL',
      '(EMAXCONN) max clients reached in session mode - max clients are limited to pool_size: 15',
    ],
    ['XX000', 'FATAL', '(EMAXPOOLSREACHED) max pools count reached'],
    [
      'XX000',
      'FATAL',
      '(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in session mode',
    ],
    ['XX000', 'FATAL', '(ECHECKOUTFAILED) checkout failed due to "timeout"'],
    ['XX000', 'FATAL', '(EDBHANDLEREXITED) connection to database closed. Check logs for more information'],
    ['XX000', 'FATAL', '(EPOOLTERMINATING) pool is terminating'],
    ['XX000', 'FATAL', '(ECIRCUITBREAKER) too many failed attempts, try again later'],
    [
      'XX000',
      'FATAL',
      '(ESUBSCRIBERETRIES) failed to subscribe to tenant after multiple retries. Terminating',
    ],
    ['08006', 'FATAL', '(EAUTHTIMEOUT) timeout while waiting for message'],
    ['08006', 'FATAL', '(ESSLHANDSHAKE) SSL handshake failed: :timeout'],
    ['XX000', 'FATAL', '(ESOMETHINGNEW) whatever it will be'],
  ],
  'Supavisor before it had codes': [
    [
      'XX000',
      'FATAL',
      'MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size',
    ],
    ['XX000', 'FATAL', 'Max client connections reached'],
    ['XX000', 'FATAL', 'Max pools count reached'],
    ['XX000', 'FATAL', 'DbHandler exited'],
    ['XX000', 'FATAL', 'Unable to check out process from the pool due to timeout'],
    ['XX000', 'FATAL', 'Failed to subscribe to tenant after multiple retries. Terminating.'],
  ],
  'others in front of Postgres': [
    ['08006', 'FATAL', "Couldn't connect to compute node"],
    ['53300', 'FATAL', 'too many connections for role "pics"'],
    ['08000', 'FATAL', 'Timed-out waiting to acquire database connection'],
  ],
};

const STAYS: Record<string, Response[]> = {
  Postgres: [
    ['28P01', 'FATAL', 'password authentication failed for user "pics"'],
    [
      '28000',
      'FATAL',
      'no pg_hba.conf entry for host "10.0.0.7", user "pics", database "steam", no encryption',
    ],
    ['3D000', 'FATAL', 'database "steam" does not exist'],
    ['42501', 'FATAL', 'permission denied for database "steam"'],
    ['42704', 'FATAL', 'unrecognized configuration parameter "nonsense"'],
    ['23505', 'ERROR', 'duplicate key value violates unique constraint "apps_pkey"'],
    ['42P01', 'ERROR', 'relation "apps" does not exist'],
    ['22001', 'ERROR', 'value too long for type character varying(10)'],
    ['57014', 'ERROR', 'canceling statement due to statement timeout'],
    ['55P03', 'ERROR', 'canceling statement due to lock timeout'],
    ['40P01', 'ERROR', 'deadlock detected'],
    ['XX000', 'ERROR', 'cache lookup failed for relation 16442'],
    ['XX002', 'ERROR', 'index "apps_pkey" contains unexpected zero page at block 7'],
  ],
  PgBouncer: [
    ['08P01', 'FATAL', 'no such database: steam'],
    ['3D000', 'FATAL', 'no such database: steam'],
    ['08P01', 'FATAL', 'no such user: pics'],
    ['28P01', 'FATAL', 'password authentication failed'],
    ['08P01', 'FATAL', 'SASL authentication failed'],
    ['08P01', 'FATAL', 'unsupported startup parameter: options'],
    ['08P01', 'FATAL', 'transaction blocks not allowed in statement pooling mode'],
    ['08P01', 'FATAL', 'SSL required'],
  ],
  'Supavisor now': [
    ['XX000', 'FATAL', '(ENOTFOUND) tenant/user pics.abcdefgh not found'],
    ['28P01', 'FATAL', '(EWRONGPASSWORD) password authentication failed for user "pics"'],
    ['XX000', 'FATAL', '(EADDRNOTALLOWED) address not in tenant allow_list: {10, 0, 0, 7}'],
    ['XX000', 'FATAL', '(ESSLREQUIRED) SSL connection is required for user: pics'],
    ['XX000', 'FATAL', '(EBANNED) tenant is banned: unpaid'],
    [
      'XX000',
      'FATAL',
      '(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)',
    ],
    ['08P01', 'FATAL', '(ESTARTUPMESSAGE) Invalid startup message: :badarg'],
  ],
  'Supavisor before it had codes': [
    ['XX000', 'FATAL', 'Tenant or user not found'],
    ['XX000', 'FATAL', 'SSL connection is required'],
    ['XX000', 'FATAL', 'Address not in tenant allow_list: {10, 0, 0, 7}'],
    ['XX000', 'FATAL', 'Authentication error, reason: "Invalid format for user or db_name"'],
  ],
};

const cases = (table: Record<string, Response[]>) =>
  Object.entries(table).flatMap(([from, responses]) =>
    responses.map((response) => [from, ...response] as const),
  );

describe('an outage', () => {
  test.each(cases(PASSES))('is what %s means by %s %s: %s', (_, state, severity, message) => {
    expect(isDatabaseUnavailable(failure(message, state, severity))).toBe(true);
  });

  test.each([
    failure('connect ECONNREFUSED', 'ECONNREFUSED'),
    failure('getaddrinfo ENOTFOUND db.internal', 'ENOTFOUND'),
    failure('getaddrinfo EAI_AGAIN db.internal', 'EAI_AGAIN'),
    failure('connect ENOENT /run/postgresql/.s.PGSQL.5432', 'ENOENT'),
    failure('Connection terminated unexpectedly'),
    failure('timeout exceeded when trying to connect'),
    new AggregateError([failure('connect ECONNREFUSED ::1', 'ECONNREFUSED')]),
    new Error('the batch was not written', { cause: failure('read ECONNRESET', 'ECONNRESET') }),
    new DatabaseUnavailable('away'),
  ])('is what the network and pg mean by: $message', (error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });
});

describe('no outage', () => {
  test.each(cases(STAYS))('is what %s means by %s %s: %s', (_, state, severity, message) => {
    expect(isDatabaseUnavailable(failure(message, state, severity))).toBe(false);
  });

  test.each([
    failure('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'),
    failure('The server does not support SSL connections'),
    'ECONNREFUSED',
    undefined,
  ])('is: %s', (error) => expect(isDatabaseUnavailable(error)).toBe(false));
});
