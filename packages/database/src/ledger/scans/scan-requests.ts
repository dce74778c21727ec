import { LARGEST_INTEGER } from '@pics/core';
import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { inTransaction } from '../../connection/in-transaction.ts';
import type { Schema } from '../../schema.ts';
import { wantAgain } from '../apps/mark-wanted.ts';
import { findTokens } from '../tokens/known-tokens.ts';
import { addToScan, finishScan, getScanLimit, isConfirmed, lockScan, type Scan } from './scans.ts';
import { compareDocuments } from './verify/compare-documents.ts';

/** Ids whose change numbers are requested together. */
export interface ScanRequest {
  batchId: string;
  appids: number[];
  /** The access tokens that are known of them, by appid; absent when there is none. */
  tokens?: Record<string, string>;
}

/**
 * How often a scan requests the same ids. It is only a way to find what to fetch: known apps without a response become wanted
 * instead, and the ledger keeps trying.
 */
export const MAX_SCAN_ATTEMPTS = 5;

/**
 * Claims the next request of the unfinished scans, or returns undefined when there is none: first a request without a response
 * so far, then the next ids of a scan. Gaps come first, and verifications last.
 *
 * A scan of known ids requests the next `size` ids that Steam confirmed, and fills its last request with the ids above the
 * highest known. Ids are chosen now, so a scan never stores more in Postgres than its requests in flight.
 */
export async function claimScanRequest(
  db: Database,
  { size }: { size: number },
): Promise<ScanRequest | undefined> {
  const batchId = randomUUID();
  const reopened = await reclaim(db, batchId);
  const appids = reopened?.appids ?? (await claimNext(db, batchId, size));
  return appids && { batchId, appids, ...(await findTokens(db, appids)) };
}

/** Claims the next ids of a scan. */
async function claimNext(db: Database, batchId: string, size: number): Promise<number[] | undefined> {
  return inTransaction(db, async (trx) => {
    const scans = await trx
      .selectFrom('picsScans')
      .selectAll()
      .where('finishedAt', 'is', null)
      .orderBy((expression) => expression('reason', '=', 'gap'), 'desc')
      .orderBy((expression) => expression('reason', '=', 'verify'))
      .orderBy('id')
      .forUpdate()
      .execute();
    for (const scan of scans) {
      const appids = await nextAppids(trx, scan, size);
      if (appids.length > 0) {
        await insertRequest(trx, scan, appids, batchId);
        return appids;
      }
      await finishScan(trx, scan.id);
    }
    return undefined;
  });
}

/**
 * Releases the scan requests among these batches: they are claimed again, or given up when this was their last attempt.
 */
export async function releaseScanRequests(
  trx: Transaction<Schema>,
  batchIds: readonly string[],
  { counts }: { counts: boolean },
): Promise<void> {
  const released = await trx
    .updateTable('picsScanRequests')
    .set((expression) => ({ batchId: null, attempts: expression('attempts', '+', counts ? 1 : 0) }))
    .where('batchId', '=', (expression) => expression.fn.any(expression.val(batchIds)))
    .returning(['id', 'scanId', 'appids', 'attempts'])
    .execute();
  for (const request of released.filter(({ attempts }) => attempts >= MAX_SCAN_ATTEMPTS)) {
    await wantAgain(trx, request.appids);
    await lockScan(trx, request.scanId);
    await trx
      .updateTable('picsScanRequests')
      .set({ settledAt: sql`now()`, appids: [] })
      .where('id', '=', request.id)
      .execute();
    const { reason } = await trx
      .selectFrom('picsScans')
      .select('reason')
      .where('id', '=', request.scanId)
      .executeTakeFirstOrThrow();
    await addToScan(trx, request.scanId, {
      requests: 1,
      unanswered: request.appids.length,
      ...(reason === 'verify' && (await compareDocuments(trx, request, []))),
    });
    await finishScan(trx, request.scanId);
  }
}

/**
 * Adds a request for these ids to the latest scan other than a verification, unless an open request has the same ids. It is
 * claimed like every other request.
 */
export async function reopenScanRequest(db: Database, appids: readonly number[]): Promise<void> {
  await db
    .insertInto('picsScanRequests')
    .columns(['scanId', 'appids'])
    .expression((eb) =>
      eb
        .selectFrom('picsScans')
        .select(['picsScans.id', sql<number[]>`${appids}::integer[]`.as('appids')])
        .where(
          sql<boolean>`not exists (
            select from pics_scan_requests where settled_at is null and appids = ${appids}::integer[]
          )`,
        )
        .where('reason', '<>', 'verify')
        .orderBy('picsScans.id', 'desc')
        .limit(1),
    )
    .execute();
}

async function reclaim(db: Database, batchId: string): Promise<{ appids: number[] } | undefined> {
  return db
    .with('chosen', (query) =>
      query
        .selectFrom('picsScanRequests')
        .select('id')
        .where('settledAt', 'is', null)
        .where('batchId', 'is', null)
        .orderBy('id')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('picsScanRequests')
    .from('chosen')
    .set({ batchId })
    .whereRef('picsScanRequests.id', '=', 'chosen.id')
    .returning('appids')
    .executeTakeFirst();
}

async function nextAppids(trx: Transaction<Schema>, scan: Scan, size: number): Promise<number[]> {
  if (scan.reason === 'verify') return documentAppids(trx, scan.nextAppid, size);
  const limit = Math.min(await getScanLimit(trx, scan), LARGEST_INTEGER);
  const known = scan.knownOnly ? await knownAppids(trx, scan.nextAppid, size) : [];
  if (known.length === 0 && scan.nextAppid > limit) return [];
  const above = (known.at(-1) ?? scan.nextAppid - 1) + 1;
  const room = Math.max(0, Math.min(size - known.length, LARGEST_INTEGER + 1 - above));
  return [...known, ...Array.from({ length: room }, (_, index) => above + index)];
}

async function knownAppids(trx: Transaction<Schema>, from: number, size: number): Promise<number[]> {
  const known = await trx
    .selectFrom('picsAppLedger')
    .select('id')
    .where('id', '>=', from)
    .where(isConfirmed)
    .orderBy('id')
    .limit(size)
    .execute();
  return known.map(({ id }) => id);
}

async function documentAppids(trx: Transaction<Schema>, from: number, size: number): Promise<number[]> {
  if (from > LARGEST_INTEGER) return [];
  const stored = await trx
    .selectFrom('appDocuments')
    .select('appid')
    .distinct()
    .where('appid', '>=', from)
    .orderBy('appid')
    .limit(size)
    .execute();
  return stored.map(({ appid }) => appid);
}

async function insertRequest(
  trx: Transaction<Schema>,
  scan: Scan,
  appids: number[],
  batchId: string,
): Promise<void> {
  await trx.insertInto('picsScanRequests').values({ scanId: scan.id, appids, batchId }).execute();
  await trx
    .updateTable('picsScans')
    .set({ nextAppid: (appids.at(-1) ?? 0) + 1 })
    .where('id', '=', scan.id)
    .execute();
}
