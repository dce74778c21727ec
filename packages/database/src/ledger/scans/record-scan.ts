import { DatabaseUnavailable, type WriteScanJob } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { inTransaction } from '../../connection/in-transaction.ts';
import { isLockTimeout } from '../../connection/locks.ts';
import { unnest } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';
import { wantAgain } from '../apps/mark-wanted.ts';
import { MAX_SCAN_ATTEMPTS } from './scan-requests.ts';
import { addToScan, finishScan, lockScan, type Scan } from './scans.ts';
import { compareDocuments } from './verify/compare-documents.ts';

/** The result of a scan request, in apps. */
export interface ScanCounts {
  /** Apps that a survey sees count later, when the scan reaches them. */
  seen: number;
  /** Wanted because Steam has a newer version, or because they were not known. */
  marked: number;
  /** Settled without being fetched: Steam has a newer number, but the same body as is stored. */
  unchanged: number;
  /** Wanted because Steam no longer knows them. */
  gone: number;
  /** Without a response, and requested again or given up. */
  unanswered: number;
}

/** An app that Steam knows, with its change number. */
interface SeenApp {
  appid: number;
  changeNumber: number;
  /** SHA-1 of the body, in hex; undefined unless a fetch would return all of it. */
  sha1: string | undefined;
}

/** A scan request that is in flight. */
interface Request {
  id: number;
  scanId: number;
  reason: Scan['reason'];
  appids: number[];
  attempts: number;
  isSurvey: boolean;
}

/**
 * Records the response to a scan request: marks what differs as wanted and settles the request, in one transaction. The
 * last request of a scan finishes it.
 *
 * - An id seen for the first time is added to the ledger, wanted up to the number it was seen at.
 * - A known app is wanted when Steam has a higher number than is settled or wanted. It is also wanted when it is settled
 *   wrongly: it counts as removed, Steam did not know it, or the stored response is older than what Steam has.
 * - A known app is settled at once when Steam announces the stored body, whatever its number.
 * - No app is wanted up to a number ahead of the cursor: batches settle their apps up to the highest number among them, and
 *   that must not go beyond what the feed has announced for all of them. The feed will announce the rest.
 * - A stored app that Steam no longer knows is fetched again, which shows whether it was removed.
 * - Ids without a response are requested again, up to five times. After that the known ones become wanted, so that nothing
 *   that the scan should find is missed.
 * - The response to a request of a verification is compared with the stored documents.
 *
 * Recording the same response twice changes nothing the second time. If the request was released meanwhile, the apps in the
 * response still count.
 *
 * @throws DatabaseUnavailable also when another program's open transaction has locked an app in the ledger.
 */
export async function recordScan(db: Database, job: WriteScanJob): Promise<ScanCounts> {
  const recording = inTransaction(db, async (trx) => {
    const request = await trx
      .selectFrom('picsScanRequests as request')
      .innerJoin('picsScans', 'picsScans.id', 'request.scanId')
      .select(['request.id', 'scanId', 'reason', 'appids', 'attempts', 'isSurvey'])
      .where('batchId', '=', job.batchId)
      .forUpdate('request')
      .executeTakeFirst();
    const seen = await asOfCursor(trx, job.seen);
    const unchanged = await settleUnchanged(trx, seen);
    const marked = (await wantNewer(trx, seen)) + (await wantAgain(trx, await findWronglySettled(trx, seen)));
    const gone = request ? await wantAgain(trx, await findUnknown(trx, request, job)) : 0;
    const counted = request?.isSurvey ? 0 : job.seen.length;
    const counts = { seen: counted, marked, unchanged, gone, unanswered: job.unanswered.length };
    if (request) await settleRequest(trx, request, job, counts);
    return counts;
  });
  return recording.catch((error: unknown) => {
    if (!isLockTimeout(error)) throw error;
    throw new DatabaseUnavailable('another transaction has locked a row of the ledger that a scan needs', {
      cause: error,
    });
  });
}

/** The apps that were seen, with numbers up to the cursor: the feed will announce higher ones. */
async function asOfCursor(trx: Transaction<Schema>, seen: WriteScanJob['seen']): Promise<SeenApp[]> {
  const { lastChangeNumber } = await trx
    .selectFrom('picsState')
    .select('lastChangeNumber')
    .executeTakeFirstOrThrow();
  return seen.map(([appid, changeNumber, sha1]) => ({
    appid,
    changeNumber: Math.min(changeNumber, lastChangeNumber ?? changeNumber),
    sha1: sha1 ?? undefined,
  }));
}

/** The apps that were seen, as a table called `next`. */
const seenTable = (seen: readonly SeenApp[]) => unnest(seen, { appid: 'integer', changeNumber: 'bigint' });

/**
 * Settles apps whose stored body is the one that Steam has at a newer number. Rows of the catalogue do not change.
 *
 * An app is fetched all the same if it was requested by hand, is in flight, or is wanted beyond the number that was seen; a
 * failed app stays failed.
 */
async function settleUnchanged(trx: Transaction<Schema>, seen: readonly SeenApp[]): Promise<number> {
  const digests = seen.filter(({ sha1 }) => sha1 !== undefined);
  if (digests.length === 0) return 0;
  const { numUpdatedRows } = await trx
    .with('chosen', (query) =>
      query
        .selectFrom(unnest(digests, { appid: 'integer', changeNumber: 'bigint', sha1: 'text' }))
        .innerJoin('picsAppLedger', 'picsAppLedger.id', 'next.appid')
        .select(['next.appid', 'next.changeNumber'])
        .where('storedSha1', '=', sql<Buffer>`decode(next.sha1, 'hex')`)
        .where('failedAt', 'is', null)
        .where('batchId', 'is', null)
        .where('settledChangeNumber', 'is not', null)
        .whereRef('wantedChangeNumber', '<=', 'next.changeNumber')
        .where(sql<boolean>`next.change_number > least(settled_change_number, stored_change_number)`)
        .orderBy('next.appid')
        .forUpdate('picsAppLedger'),
    )
    .updateTable('picsAppLedger')
    .from('chosen')
    .set((eb) => ({
      settledChangeNumber: eb.fn<number>('greatest', ['settledChangeNumber', 'chosen.changeNumber']),
      storedChangeNumber: eb.fn<number>('greatest', ['storedChangeNumber', 'chosen.changeNumber']),
      attempts: 0,
      staleAnswers: 0,
      notBefore: null,
    }))
    .whereRef('picsAppLedger.id', '=', 'chosen.appid')
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

async function wantNewer(trx: Transaction<Schema>, seen: readonly SeenApp[]): Promise<number> {
  /** Everything up to this number is settled or will be. */
  const known = sql<number>`coalesce(
    greatest(pics_app_ledger.settled_change_number, pics_app_ledger.wanted_change_number), -1
  )`;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('picsAppLedger')
    .columns(['id', 'wantedChangeNumber'])
    .expression(
      trx
        .selectFrom(seenTable(seen))
        .leftJoin('picsAppLedger', 'picsAppLedger.id', 'next.appid')
        .where('next.changeNumber', '>', known)
        .select(({ fn }) => ['next.appid', fn.max('next.changeNumber').as('wantedChangeNumber')])
        .groupBy('next.appid')
        .orderBy('next.appid'),
    )
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => ({ wantedChangeNumber: eb.ref('excluded.wantedChangeNumber') }))
        .where('excluded.wantedChangeNumber', '>', known),
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows);
}

/**
 * Finds apps that are settled although their rows are wrong: Steam did not know them and does now, or its responses lagged
 * behind its feed until the app was settled.
 */
async function findWronglySettled(trx: Transaction<Schema>, seen: readonly SeenApp[]): Promise<number[]> {
  const found = await trx
    .selectFrom(seenTable(seen))
    .innerJoin('picsAppLedger', 'picsAppLedger.id', 'next.appid')
    .leftJoin('apps', 'apps.appid', 'next.appid')
    .select('next.appid')
    .whereRef('settledChangeNumber', '>=', 'wantedChangeNumber')
    .where((eb) =>
      eb.or([
        eb('picsAccess', '=', 'removed'),
        eb('storedChangeNumber', '<', eb.ref('next.changeNumber')),
        eb.and([eb('apps.appid', 'is', null), eb('storedChangeNumber', 'is', null)]),
      ]),
    )
    .execute();
  return found.map(({ appid }) => appid);
}

/** Finds the stored apps in the request that Steam did not know. */
async function findUnknown(trx: Transaction<Schema>, request: Request, job: WriteScanJob): Promise<number[]> {
  const known = new Set([...job.seen.map(([appid]) => appid), ...job.unanswered]);
  const unknown = request.appids.filter((appid) => !known.has(appid));
  const found = await trx
    .selectFrom('picsAppLedger')
    .innerJoin('apps', 'appid', 'id')
    .select('id')
    .where('id', '=', (expression) => expression.fn.any(expression.val(unknown)))
    .where('picsAccess', 'is distinct from', 'removed')
    .whereRef('settledChangeNumber', '>=', 'wantedChangeNumber')
    .execute();
  return found.map(({ id }) => id);
}

async function settleRequest(
  trx: Transaction<Schema>,
  request: Request,
  job: WriteScanJob,
  counts: ScanCounts,
): Promise<void> {
  const isOpen = job.unanswered.length > 0 && request.attempts + 1 < MAX_SCAN_ATTEMPTS;
  const givenUp = isOpen ? [] : job.unanswered;
  await wantAgain(trx, givenUp);
  // Last of all, because other transactions wait for this lock.
  await lockScan(trx, request.scanId);
  const open = new Set(isOpen ? job.unanswered : []);
  const done = { scanId: request.scanId, appids: request.appids.filter((appid) => !open.has(appid)) };
  const compared = request.reason === 'verify' ? await compareDocuments(trx, done, job.seen) : {};
  await trx
    .updateTable('picsScanRequests')
    .set({
      batchId: null,
      attempts: request.attempts + 1,
      appids: isOpen ? job.unanswered : [],
      settledAt: isOpen ? null : sql`now()`,
    })
    .where('id', '=', request.id)
    .execute();
  await addToScan(trx, request.scanId, {
    ...counts,
    ...compared,
    requests: isOpen ? 0 : 1,
    unanswered: givenUp.length,
  });
  await finishScan(trx, request.scanId);
}
