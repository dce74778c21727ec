import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable } from '@pics/core';
import type { Transaction } from 'kysely';
import type { Database } from './connect-database.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';
import type { Schema } from '../schema.ts';

/** Rows are locked in one order nearly everywhere; a remaining deadlock is resolved in a try or two. */
const MOST_TRIES = 5;

/**
 * Runs `work` in a new transaction, or in the one that `db` already is. A new transaction that Postgres ends
 * because it met another one (a deadlock, a serialization failure) is run again, so `work` may run more than once.
 *
 * @throws DatabaseUnavailable when Postgres cannot be used right now, or when conflicts with other transactions did not end;
 * otherwise whatever `work` throws.
 */
export async function inTransaction<Result>(
  db: Database,
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  if (isTransaction(db)) return work(db);
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (isDatabaseUnavailable(error)) {
        throw new DatabaseUnavailable('Postgres cannot be used right now', { cause: error });
      }
      if (!isConflict(error)) throw error;
      if (tries === MOST_TRIES) {
        throw new DatabaseUnavailable('conflicts with other transactions did not end', { cause: error });
      }
      await sleep(Math.random() * 100 * tries);
    }
  }
}

function isTransaction(db: Database): db is Transaction<Schema> {
  return db.isTransaction;
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}
