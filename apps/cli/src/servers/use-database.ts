import { UserError } from '@pics/core';
import {
  connectDatabase,
  findDatabaseBlocker,
  findHolderAfterwards,
  isLockTimeout,
  type Database,
} from '@pics/database';
import { getServerUrl } from './get-server-url.ts';

/** Enough for queries that run at the same time. */
const CONNECTIONS = 4;

/** Someone waits for the result of a command, and may have asked for the whole catalogue. */
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Connects to the database of this command line, runs `work` with it, and closes the connections.
 *
 * @throws UserError when it cannot be reached, lacks the tables, or somebody's open transaction holds what `work` changes.
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
  } catch (error) {
    throw isLockTimeout(error) ? await explainLock(database, error) : error;
  } finally {
    await database.destroy();
  }
}

async function explainLock(database: Database, cause: unknown): Promise<UserError> {
  const holder = (await findHolderAfterwards(database).catch(() => undefined)) ?? 'that has ended by now';
  const pid = /^pid (\d+)/.exec(holder)?.[1];
  const end = pid ? ` To end it: select pg_terminate_backend(${pid}).` : '';
  return new UserError(
    `Another transaction holds what this command changes: ${holder}. Run it again when that has ended.${end}`,
    { cause },
  );
}
