import type { WriteScanJob } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import { wantAgain } from '../ledger/want-again.ts';
import type { Schema } from '../schema.ts';
import { finishScan } from './finish-scan.ts';
import { MAX_SCAN_ATTEMPTS } from './release-scan-requests.ts';

/** What a scan's answer changed in the ledger, in apps. */
export interface ScanCounts {
  seen: number;
  /** Wanted because Steam has them newer, or at all. */
  marked: number;
  /** Wanted because Steam no longer knows them. */
  gone: number;
  /** Not answered, and asked for again or given up. */
  unanswered: number;
}

/**
 * Records the answer of a scan request: marks what differs as wanted and settles the request, in one transaction. The last
 * request of a scan finishes it.
 *
 * - An id seen for the first time enters the ledger, wanted up to the number it was seen at.
 * - A known app is wanted when Steam has it at a higher number than is settled or wanted, and also when it is settled
 *   wrongly: it counts as removed, was answered with nothing, or its stored answer is older than what Steam has.
 * - No app is wanted up to a number ahead of the cursor: batches settle their apps up to the highest number among them, and
 *   that must not reach beyond what the feed has told of all of them. The feed will bring the rest by itself.
 * - A stored app that Steam no longer knows is fetched again, which settles whether it is gone.
 * - Ids without an answer are asked for again, five times at most; given up, those that are known become wanted, so that
 *   nothing the scan was to find is missed.
 *
 * Recording the same answer twice changes nothing the second time; the answer of a request that was taken back meanwhile
 * still counts for what it saw.
 */
export async function recordScan(db: Database, job: WriteScanJob): Promise<ScanCounts> {
  return inTransaction(db, async (trx) => {
    const request = await trx
      .selectFrom('picsScanRequests')
      .select(['id', 'scanId', 'attempts'])
      .where('batchId', '=', job.batchId)
      .forUpdate()
      .executeTakeFirst();
    const seen = await behindCursor(trx, job.seen);
    const marked = (await wantNewer(trx, seen)) + (await wantAgain(trx, await findWronglySettled(trx, seen)));
    const gone = request ? await wantAgain(trx, await findGone(trx, request.id, job)) : 0;
    const counts = { seen: job.seen.length, marked, gone, unanswered: job.unanswered.length };
    if (request) await settleRequest(trx, request, job, counts);
    return counts;
  });
}

/** What was seen, as of the cursor: numbers ahead of it are the feed's to tell. */
async function behindCursor(
  trx: Transaction<Schema>,
  seen: WriteScanJob['seen'],
): Promise<WriteScanJob['seen']> {
  const { lastChangeNumber } = await trx
    .selectFrom('picsState')
    .select('lastChangeNumber')
    .executeTakeFirstOrThrow();
  return seen.map(([appid, changeNumber]) => [
    appid,
    Math.min(changeNumber, lastChangeNumber ?? changeNumber),
  ]);
}

/** What was seen as rows, of an id and its change number each. */
function rowsOf(seen: WriteScanJob['seen']) {
  const appids = seen.map(([appid]) => appid);
  const changeNumbers = seen.map(([, changeNumber]) => changeNumber);
  return sql`unnest(${appids}::integer[], ${changeNumbers}::bigint[])`;
}

async function wantNewer(trx: Transaction<Schema>, seen: WriteScanJob['seen']): Promise<number> {
  const wanted = await sql`
    insert into pics_app_ledger as ledger (id, wanted_change_number)
    select seen.appid, max(seen.change_number)
    from ${rowsOf(seen)} as seen (appid, change_number)
      left join pics_app_ledger as known on known.id = seen.appid
    where known.id is null
      or seen.change_number > coalesce(greatest(known.settled_change_number, known.wanted_change_number), -1)
    group by seen.appid
    order by seen.appid
    on conflict (id) do update set wanted_change_number = excluded.wanted_change_number
    where excluded.wanted_change_number
      > coalesce(greatest(ledger.settled_change_number, ledger.wanted_change_number), -1)
  `.execute(trx);
  return Number(wanted.numAffectedRows);
}

/**
 * Apps that nothing is wanted of and whose rows are wrong all the same: Steam was asked and did not know them, and does now;
 * or its answers lagged behind its feed until nobody asked any more.
 */
async function findWronglySettled(trx: Transaction<Schema>, seen: WriteScanJob['seen']): Promise<number[]> {
  const found = await sql<{ appid: number }>`
    select seen.appid
    from ${rowsOf(seen)} as seen (appid, change_number)
      join pics_app_ledger as ledger on ledger.id = seen.appid
      left join apps on apps.appid = seen.appid
    where settled_change_number >= wanted_change_number
      and (pics_access = 'removed' or stored_change_number < seen.change_number
        or (apps.appid is null and stored_change_number is null))
  `.execute(trx);
  return found.rows.map((row) => row.appid);
}

/** Stored apps that the request asked for and Steam did not know. */
async function findGone(trx: Transaction<Schema>, requestId: number, job: WriteScanJob): Promise<number[]> {
  const answered = [...job.seen.map(([appid]) => appid), ...job.unanswered];
  const found = await sql<{ appid: number }>`
    select asked.appid
    from (select unnest(appids) as appid from pics_scan_requests where id = ${requestId}) as asked
      join pics_app_ledger as ledger on ledger.id = asked.appid
      join apps on apps.appid = asked.appid
    where asked.appid <> all (${answered}::integer[])
      and pics_access is distinct from 'removed'
      and settled_change_number >= wanted_change_number
  `.execute(trx);
  return found.rows.map((row) => row.appid);
}

async function settleRequest(
  trx: Transaction<Schema>,
  request: { id: number; scanId: number; attempts: number },
  job: WriteScanJob,
  counts: ScanCounts,
): Promise<void> {
  const again = job.unanswered.length > 0 && request.attempts + 1 < MAX_SCAN_ATTEMPTS;
  const givenUp = again ? [] : job.unanswered;
  await wantAgain(trx, givenUp);
  // Last of all, for others wait for it: whoever settles the last request of a scan sees all others settled.
  await trx.selectFrom('picsScans').select('id').where('id', '=', request.scanId).forUpdate().execute();
  await trx
    .updateTable('picsScanRequests')
    .set({
      batchId: null,
      attempts: request.attempts + 1,
      appids: again ? job.unanswered : [],
      settledAt: again ? null : sql`now()`,
    })
    .where('id', '=', request.id)
    .execute();
  await sql`
    update pics_scans
    set requests = requests + ${again ? 0 : 1}, seen = seen + ${counts.seen}, marked = marked + ${counts.marked},
      gone = gone + ${counts.gone}, unanswered = unanswered + ${givenUp.length}
    where id = ${request.scanId}
  `.execute(trx);
  await finishScan(trx, request.scanId);
}
