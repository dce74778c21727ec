import { sql, type Transaction } from 'kysely';
import { wantAgain } from '../ledger/want-again.ts';
import type { Schema } from '../schema.ts';
import { finishScan } from './finish-scan.ts';

/**
 * How often a scan asks for the same ids. A scan is only the way to find what to fetch: known apps it cannot learn about
 * become wanted instead, and the ledger has the patience.
 */
export const MAX_SCAN_ATTEMPTS = 5;

/**
 * Takes back the scan requests among these batches: they are claimed again, or given up when this was their last attempt.
 */
export async function releaseScanRequests(
  trx: Transaction<Schema>,
  batchIds: readonly string[],
  { counts }: { counts: boolean },
): Promise<void> {
  const released = await trx
    .updateTable('picsScanRequests')
    .set((expression) => ({ batchId: null, attempts: expression('attempts', '+', counts ? 1 : 0) }))
    .where('batchId', 'in', batchIds)
    .returning(['id', 'scanId', 'appids', 'attempts'])
    .execute();
  for (const request of released.filter(({ attempts }) => attempts >= MAX_SCAN_ATTEMPTS)) {
    await wantAgain(trx, request.appids);
    await trx.selectFrom('picsScans').select('id').where('id', '=', request.scanId).forUpdate().execute();
    await trx
      .updateTable('picsScanRequests')
      .set({ settledAt: sql`now()`, appids: [] })
      .where('id', '=', request.id)
      .execute();
    await sql`
      update pics_scans
      set requests = requests + 1, unanswered = unanswered + ${request.appids.length}
      where id = ${request.scanId}
    `.execute(trx);
    await finishScan(trx, request.scanId);
  }
}
