import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import type { PicsScansTable } from '../schema.ts';

export type Scan = Selectable<PicsScansTable>;

export interface ScanOptions {
  /** Why: to find every app there is, to make up for a gap in the feed, or to check from time to time. */
  reason: Scan['reason'];
  /** Ask for the ids in the ledger and a few above, instead of for every id from 0. */
  knownOnly: boolean;
}

/**
 * Starts a scan, unless one of the same reason is unfinished, which then goes on and is returned.
 *
 * A gap is the exception: it begins anew from the first id, for what the feed left out this time may lie where the
 * unfinished scan has been already.
 *
 * From here on everything wanted so far counts as backlog, so that what the scan finds does not go before live changes.
 */
export async function startScan(db: Database, { reason, knownOnly }: ScanOptions): Promise<Scan> {
  return inTransaction(db, async (trx) => {
    await sql`
      update pics_state set backlog_change_number = greatest(backlog_change_number, last_change_number)
    `.execute(trx);
    return trx
      .insertInto('picsScans')
      .values({ reason, knownOnly })
      .onConflict((conflict) =>
        conflict
          .columns(['reason'])
          .where('finishedAt', 'is', null)
          .doUpdateSet(
            reason === 'gap'
              ? { nextAppid: 0, startedAt: sql`now()` }
              : { nextAppid: sql`pics_scans.next_appid` },
          ),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}
