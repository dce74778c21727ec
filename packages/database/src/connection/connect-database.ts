import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { Pool, type ClientBase, type PoolClient, type PoolConfig } from 'pg';
import { connectionSettings } from './connection-settings.ts';
import { DeadlineClient, SilentConnection, type DeadlineConfig } from './deadline-client.ts';
import { isTransactionPooler } from './transaction-pooler.ts';
import type { Schema } from '../schema.ts';

/** The database, or a transaction on it: the functions of this package take either. */
export type Database = Kysely<Schema>;

export interface ConnectOptions {
  /** The most connections this process holds at once. */
  maxConnections: number;
  /** What `pg_stat_activity` shows this process as. */
  applicationName: string;
  /** The longest a statement may run; 0 for no limit. */
  statementTimeoutMs?: number;
  /** The longest a statement waits for a lock; 0 for no limit. */
  lockTimeoutMs?: number;
  /** Called with each notice of the server. */
  onNotice?: (notice: { code?: string | undefined; message?: string | undefined }) => void;
}

/**
 * The longest a statement may run before the server ends it (57014): it is too slow. Statements of the pipeline take
 * milliseconds, and what works on many rows goes in steps.
 */
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * How much later a statement without any response counts as silent. With the statement timeout it is 15 s: a pipeline
 * whose connections all fell silent works again within 30 s.
 */
const SILENCE_AFTER_MS = 5_000;

/**
 * The longest a statement waits for a lock. Our own transactions take milliseconds; what holds a lock for seconds is
 * somebody's open transaction, and `writeBatch` goes around it.
 */
export const LOCK_TIMEOUT_MS = 3_000;

/**
 * A client that vanished in mid-transaction must not keep its rows locked for the others: the server frees them when the
 * client gives up a silent connection. Our own transactions are never idle for more than milliseconds.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;

/** Connecting costs more than keeping a connection through the minutes in which little happens. */
const IDLE_TIMEOUT_MS = 120_000;

/**
 * Rows are found by their key, on pages that are in memory or on an SSD. At its default of 4, made for rotating disks,
 * Postgres reads the whole of a table of 10,000 apps to update 200 of them (9 ms instead of 1).
 */
const RANDOM_PAGE_COST = 1.1;

/**
 * What every session is set to. A server, a database or a role may have other defaults, and the code depends on these:
 * statements that see what others have committed (read committed), values in the format that pg parses, constants that are
 * quoted as the SQL standard says, and no limit on a transaction or an idle connection but ours.
 */
const SESSION = {
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  idle_session_timeout: 0,
  transaction_timeout: 0,
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: 1,
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  random_page_cost: RANDOM_PAGE_COST,
};

/** Settings that this version of Postgres does not have (`transaction_timeout` came with 17) are left out. */
async function setSession(client: ClientBase, limits: Record<string, number>): Promise<void> {
  const settings = Object.entries({ ...SESSION, ...limits });
  await client.query(
    `select set_config(name, value, false) from unnest($1::text[], $2::text[]) as setting (name, value)
     where current_setting(name, true) is not null`,
    [settings.map(([name]) => name), settings.map(([, value]) => String(value))],
  );
}

/**
 * A database that connects when it is first used, and again after an outage: nothing is tried here.
 *
 * A connection that breaks while idle is dropped in silence; one that breaks in use makes its statement throw an error
 * that `isDatabaseUnavailable` knows. `destroy()` closes all connections.
 */
export function connectDatabase(url: string, options: ConnectOptions): Database {
  const { maxConnections, applicationName, onNotice } = options;
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  const limits = { statement_timeout: statementTimeoutMs, lock_timeout: lockTimeoutMs };
  let transactionPooler: boolean | undefined;
  const settings: PoolConfig & DeadlineConfig = {
    ...connectionSettings(url, applicationName),
    Client: DeadlineClient,
    deadlineMs: statementTimeoutMs === 0 ? undefined : statementTimeoutMs + SILENCE_AFTER_MS,
    max: maxConnections,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    // The pool waits for this, and drops a connection on which it fails.
    // oxlint-disable-next-line typescript/no-misused-promises -- its types do not say that it waits
    onConnect: async (client) => {
      // On a transaction pooler the settings would remain for the next client of the connection.
      transactionPooler ??= await isTransactionPooler(url, client);
      if (!transactionPooler) await setSession(client, limits);
    },
  };
  const pool = new Pool(settings);
  destroyTogether(pool);
  if (onNotice) pool.on('connect', (client) => client.on('notice', onNotice));
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}

/**
 * When one connection of a pool was silent, destroys those that are idle: what swallowed its packets swallows theirs too,
 * and each would cost another deadline to find out.
 *
 * Without these listeners a connection that breaks would end the process. The pool replaces it, and a statement that was
 * under way on it has its own error.
 */
function destroyTogether(pool: Pool): void {
  const clients = new Set<PoolClient>();
  const onError = (error: Error) => {
    if (!(error instanceof SilentConnection)) return;
    for (const client of clients) if (client instanceof DeadlineClient) client.destroyIfIdle(error);
  };
  pool.on('error', () => {});
  pool.on('remove', (client) => clients.delete(client));
  pool.on('connect', (client) => {
    clients.add(client);
    client.on('error', (error) => {
      clients.delete(client);
      onError(error);
    });
  });
}
