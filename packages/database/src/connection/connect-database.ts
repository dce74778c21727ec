import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { connectionSettings, isTransactionPooler } from './connection-settings.ts';
import type { Schema } from '../schema.ts';

/** The database, or a transaction on it: the functions of this package take either. */
export type Database = Kysely<Schema>;

export interface ConnectOptions {
  /** The most connections this process holds at once. */
  maxConnections: number;
  /** What `pg_stat_activity` shows this process as. */
  applicationName: string;
  /** The longest a statement may run; 0 for ever. */
  statementTimeoutMs?: number;
}

/**
 * The longest a statement may run. A turn of the pipeline takes milliseconds; what takes a minute is stuck, and a
 * statement that never ends would hold its locks and its job for ever.
 */
const STATEMENT_TIMEOUT_MS = 60_000;

/** A client that vanished in mid-transaction must not keep its rows locked for the others. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** A new connection plans all statements anew, each of them some times over: minutes in which little happens are common. */
const IDLE_TIMEOUT_MS = 120_000;

/**
 * Everything here is found by its key, on pages that are in memory or on an SSD. At Postgres' default of 4, made for disks
 * that turn, it reads the whole of a table of 10,000 apps to update 200 of them (9 ms instead of 1).
 */
const RANDOM_PAGE_COST = 1.1;

/**
 * A database that connects when it is first used, and again by itself after an outage: nothing is tried here.
 *
 * A connection that breaks while idle is dropped in silence; one that breaks in use makes its statement throw an error
 * that `isDatabaseUnavailable` knows. `destroy()` closes all connections.
 */
export function connectDatabase(url: string, options: ConnectOptions): Database {
  const { maxConnections, applicationName, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const limits = `
    set statement_timeout = ${statementTimeoutMs};
    set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS};
    set random_page_cost = ${RANDOM_PAGE_COST}`;
  const pool = new Pool({
    ...connectionSettings(url, applicationName),
    max: maxConnections,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    // On a transaction pooler these settings would stay behind for whoever gets the connection next. The pool waits for
    // this, and drops a connection on which it fails.
    // oxlint-disable-next-line typescript/no-misused-promises -- its types do not say that it waits
    ...(!isTransactionPooler(url) && { onConnect: (client) => client.query(limits) }),
  });
  // Without listeners a connection that breaks would end the process. The pool replaces it, and a statement that was under
  // way on it has its own error.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}
