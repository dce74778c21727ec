import { MAX_ATTEMPTS } from '@pics/core';
import { sql, type NotNull } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { retryDelay } from './apps/pending.ts';
import { releaseScanRequests } from './scans/scan-requests.ts';
import { releaseTokenRequests } from './tokens/token-requests.ts';

/** Gets the ids of all batches in flight: of apps, of scan requests and of token requests. */
export async function getBatchesInFlight(db: Database): Promise<string[]> {
  const inFlight = await db
    .selectFrom('picsAppLedger')
    .select('batchId')
    .distinct()
    .where('batchId', 'is not', null)
    .union(db.selectFrom('picsScanRequests').select('batchId').where('batchId', 'is not', null))
    .union(db.selectFrom('picsTokenRequests').select('batchId'))
    .$narrowType<{ batchId: NotNull }>()
    .execute();
  return inFlight.map(({ batchId }) => batchId);
}

/** What releasing a batch costs its apps. */
export interface ReleaseOutcome {
  /** Whether it was an attempt: not when only the job disappeared. */
  counts: boolean;
  /** `Class: message`: why, when it was an attempt. */
  error?: string;
}

/**
 * Releases batches: their apps, scan requests and token requests are pending again. Returns how many apps that were.
 *
 * With `counts` it was an attempt: the apps wait a little, are dispatched in smaller batches, and fail after the last
 * attempt. Apps that were settled meanwhile do not change, for they are in no batch any more.
 */
export async function releaseBatches(
  db: Database,
  batchIds: readonly string[],
  { counts, error = 'Error: the job failed' }: ReleaseOutcome,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    await releaseScanRequests(trx, batchIds, { counts });
    await releaseTokenRequests(trx, batchIds, { counts });
    const { numUpdatedRows } = await trx
      .with(
        'chosen',
        (query) =>
          query
            .selectFrom('picsAppLedger')
            .select('id')
            .where('batchId', '=', (expression) => expression.fn.any(expression.val(batchIds)))
            .orderBy('id')
            .forUpdate()
            .skipLocked(), // Locked ones are released next time, and the others do not wait for them.
      )
      .updateTable('picsAppLedger')
      .from('chosen')
      .set((expression) => {
        if (!counts) return { batchId: null };
        const isLast = expression('attempts', '>=', MAX_ATTEMPTS - 1);
        return {
          batchId: null,
          attempts: expression('attempts', '+', 1),
          notBefore: sql<Date>`now() + ${sql.raw(retryDelay('(attempts + 1)'))}`,
          failedAt: expression
            .case()
            .when(isLast)
            .then(sql<Date>`now()`)
            .else(expression.ref('failedAt'))
            .end(),
          lastError: error,
        };
      })
      .whereRef('picsAppLedger.id', '=', 'chosen.id')
      .executeTakeFirst();
    return Number(numUpdatedRows);
  });
}
