import type { Transaction } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { isLockTimeout, setLockTimeout } from '../connection/locks.ts';
import type { Schema } from '../schema.ts';

/** Half of Postgres' deadlock_timeout: the other half is for how long the other program has waited before. */
const GIVE_WAY_AFTER_MS = 500;

/**
 * Runs `work` in a transaction that rolls back when it has to wait for a lock for long, and starts again, for up to
 * `lockTimeoutMs` in all.
 *
 * When two programs wait for each other, Postgres cancels one of them after deadlock_timeout (1 s by default). The other
 * program may not retry, so it must always be ours that gives way.
 *
 * @throws what `work` throws; if that is locks, the last lock timeout (see `isLockTimeout`).
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
