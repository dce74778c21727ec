import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';
import type { LedgerCounts } from './count-ledger.ts';
import { pending } from './pending.ts';

/** Counts some apps of the ledger as `countLedger` counts all of them; what it does not know is not counted. */
export async function countApps(db: Database, appids: readonly number[]): Promise<LedgerCounts> {
  const counted = await sql<Omit<LedgerCounts, 'settled'>>`
    select count(*) as known, count(*) filter (where ${pending}) as wanted,
      count(*) filter (where batch_id is not null and failed_at is null) as in_flight,
      count(*) filter (where failed_at is not null) as failed,
      min(wanted_change_number) filter (where ${pending}) as oldest_wanted_change_number
    from pics_app_ledger
    where id = any (${appids}::integer[])
  `.execute(db);
  const [counts] = counted.rows;
  if (!counts) throw new Error('the ledger gave no counts');
  return { ...counts, settled: counts.known - counts.wanted - counts.inFlight - counts.failed };
}
