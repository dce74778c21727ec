import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';

/** Resolves when so many transactions wait for others to end. */
export async function somebodyWaits(db: Database, transactions = 1): Promise<void> {
  const countWaiting = async () => {
    const waiting = sql`select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return (await waiting.execute(db)).rows.length;
  };
  await expect.poll(countWaiting, { timeout: 20_000 }).toBe(transactions);
}
