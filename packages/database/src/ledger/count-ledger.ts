import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';
import { fresh, pending, retried } from './pending.ts';

/** How the ledger stands, in apps. */
export interface LedgerCounts {
  known: number;
  /** To be dispatched, now or after a delay. */
  wanted: number;
  inFlight: number;
  /** Nothing is wanted of them. */
  settled: number;
  failed: number;
  /** The lowest change number that is wanted and not in flight; null when nothing is. */
  oldestWantedChangeNumber: number | null;
}

/**
 * Counts the ledger. Each app is counted once: failed before in flight before wanted before settled.
 *
 * Exact, and therefore as long as the ledger: 0.02 s for the 300,000 apps there are, 0.2 s for 3,000,000. It is for people
 * and metrics; the dispatcher needs no counts.
 */
export async function countLedger(db: Database): Promise<LedgerCounts> {
  const counted = await sql<Omit<LedgerCounts, 'settled'>>`
    select
      (select count(*) from pics_app_ledger) as known,
      (select count(*) from pics_app_ledger where ${pending} and ${fresh})
        + (select count(*) from pics_app_ledger where ${pending} and ${retried}) as wanted,
      (select count(*) from pics_app_ledger where batch_id is not null)
        - (select count(*) from pics_app_ledger where failed_at is not null and batch_id is not null) as in_flight,
      (select count(*) from pics_app_ledger where failed_at is not null) as failed,
      least(
        (select min(wanted_change_number) from pics_app_ledger where ${pending} and ${fresh}),
        (select min(wanted_change_number) from pics_app_ledger where ${pending} and ${retried})
      ) as oldest_wanted_change_number
  `.execute(db);
  const [counts] = counted.rows;
  if (!counts) throw new Error('the ledger gave no counts');
  return { ...counts, settled: counts.known - counts.wanted - counts.inFlight - counts.failed };
}
