import { UserError } from '@pics/core';
import { connectDatabase, findDatabaseBlocker, type Database } from '@pics/database';
import { getServerUrl } from './get-server-url.ts';

/** Enough for queries that run at the same time. */
const CONNECTIONS = 4;

/** Someone waits for the result of a command, and may have asked for the whole catalogue. */
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Connects to the database of this command line, runs `work` with it, and closes the connections.
 *
 * @throws UserError when it cannot be reached or lacks the tables.
 */
export async function useDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = connectDatabase(getServerUrl('DATABASE_URL'), {
    applicationName: 'pics-cli',
    maxConnections: CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const blocker = await findDatabaseBlocker(database);
    if (blocker) throw new UserError(`${blocker.charAt(0).toUpperCase()}${blocker.slice(1)}.`);
    return await work(database);
  } finally {
    await database.destroy();
  }
}
