import type { Transaction } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { isLockTimeout, setLockTimeout } from '../connection/locks.ts';
import type { Schema } from '../schema.ts';

/** Half of Postgres' deadlock_timeout: the other half is for how long the other program has waited before. */
const GIVE_WAY_AFTER_MS = 500;

/**
 * Runs `work` in a transaction that gives way to others that hold a lock, and is run again, until it has met locks for as
 * long as it may wait.
 *
 * Two programs that wait for each other in a circle cost one of them its work, after deadlock_timeout (1 s by default). The
 * other may be a program that does not try again, so it is always ours that ends.
 *
 * @throws what `work` throws; of locks, the last timeout, which `isLockTimeout` knows.
 */
export async function givingWay<Result>(
  db: Database,
  lockTimeoutMs: number,
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  const giveUpAt = performance.now() + lockTimeoutMs;
  for (;;) {
    const leftMs = Math.ceil(giveUpAt - performance.now());
    try {
      return await inTransaction(db, async (trx) => {
        await setLockTimeout(trx, Math.max(1, Math.min(leftMs, GIVE_WAY_AFTER_MS)));
        return work(trx);
      });
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() >= giveUpAt) throw error;
    }
  }
}
