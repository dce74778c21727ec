import { MAX_ATTEMPTS } from '@pics/core';
import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import { releaseScanRequests } from '../scans/release-scan-requests.ts';
import { retryDelay } from './retry-delay.ts';

/** Gets the ids of all batches that the ledger has in flight, of apps and of scan requests. */
export async function getBatchesInFlight(db: Database): Promise<string[]> {
  const inFlight = await sql<{ batchId: string }>`
    select distinct batch_id from pics_app_ledger where batch_id is not null
    union
    select batch_id from pics_scan_requests where batch_id is not null
  `.execute(db);
  return inFlight.rows.map((row) => row.batchId);
}

/** What releasing a batch costs its apps. */
export interface ReleaseOutcome {
  /** Whether it was an attempt: not when the job is merely gone. */
  counts: boolean;
  /** `Class: message`: what an app whose last attempt this was keeps as its reason. */
  error?: string;
}

/**
 * Takes batches back: their apps and scan requests are pending again, and returns how many apps that were.
 *
 * With `counts` it was an attempt: the apps wait a little, go out in smaller batches, and fail after the last attempt.
 * Apps that were settled meanwhile are not touched, for they are in no batch any more.
 */
export async function releaseBatches(
  db: Database,
  batchIds: readonly string[],
  { counts, error = 'Error: the job failed' }: ReleaseOutcome,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    await releaseScanRequests(trx, batchIds, { counts });
    const attempt = sql`,
      attempts = attempts + 1,
      not_before = now() + ${sql.raw(retryDelay('(attempts + 1)'))},
      failed_at = case when attempts + 1 >= ${MAX_ATTEMPTS} then now() else failed_at end,
      last_error = case when attempts + 1 >= ${MAX_ATTEMPTS} then ${error} else last_error end`;
    const released = await sql`
      with chosen as (
        select id from pics_app_ledger where batch_id = any (${batchIds}::text[]) order by id for update
      )
      update pics_app_ledger
      set batch_id = null ${counts ? attempt : sql``}
      from chosen
      where pics_app_ledger.id = chosen.id
    `.execute(trx);
    return Number(released.numAffectedRows);
  });
}
