import { connectDatabase, findDatabaseBlocker, type Database } from '@pics/database';
import { UserError } from '@pics/core';
import { getServerUrl } from './get-server-url.ts';

/** Enough for questions that are asked side by side. */
const CONNECTIONS = 4;

/**
 * Connects to the database that is meant, lets `work` use it, and closes the connections.
 *
 * @throws UserError when it cannot be reached, or has not got the tables.
 */
export async function useDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = connectDatabase(getServerUrl('DATABASE_URL'), {
    applicationName: 'pics-cli',
    maxConnections: CONNECTIONS,
  });
  try {
    const blocker = await findDatabaseBlocker(database);
    if (blocker) throw new UserError(`${blocker.charAt(0).toUpperCase()}${blocker.slice(1)}.`);
    return await work(database);
  } finally {
    await database.destroy();
  }
}
