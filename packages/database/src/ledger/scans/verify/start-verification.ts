import { LARGEST_INTEGER } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../../../connection/connect-database.ts';
import { inTransaction } from '../../../connection/in-transaction.ts';
import type { Schema } from '../../../schema.ts';
import { startBacklog } from '../../apps/mark-wanted.ts';
import type { Scan } from '../scans.ts';

/** The size of a scan request that Steam is known to accept. */
const REQUEST_SIZE = 5_000;

/** A scan that compares stored documents with Steam, and the apps of its sample; undefined if it compares all. */
export interface StartedVerification {
  scan: Scan;
  appids: number[] | undefined;
}

/**
 * Starts a scan that compares the SHA-1 of the stored documents with the one that Steam announces: of all documents, or those of
 * `sample` apps chosen at random. All other scans go first. Like any scan, it marks apps as wanted that are newer at Steam.
 *
 * An unfinished verification starts over, so that its result is that of a complete comparison.
 */
export async function startVerification(
  db: Database,
  { sample }: { sample?: number | undefined } = {},
): Promise<StartedVerification> {
  return inTransaction(db, async (trx) => {
    // Locked first, as by a poll, so that the two never wait for each other.
    await trx.selectFrom('picsState').select('id').forUpdate().execute();
    const fresh = {
      nextAppid: sample === undefined ? 0 : LARGEST_INTEGER + 1,
      sample: sample ?? null,
      startedAt: sql<Date>`now()`,
      ...NOTHING_COUNTED,
    };
    const scan = await trx
      .insertInto('picsScans')
      .values({ reason: 'verify', knownOnly: true, ...fresh })
      .onConflict((conflict) =>
        conflict.columns(['reason']).where('finishedAt', 'is', null).doUpdateSet(fresh),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    await trx.deleteFrom('picsScanRequests').where('scanId', '=', scan.id).execute();
    await forgetDifferences(trx, scan.id);
    await startBacklog(trx);
    return { scan, appids: sample === undefined ? undefined : await requestSample(trx, scan.id, sample) };
  });
}

const NOTHING_COUNTED = {
  requests: 0,
  seen: 0,
  marked: 0,
  unchanged: 0,
  gone: 0,
  unanswered: 0,
  documents: 0,
  verified: 0,
  differing: 0,
  damaged: null,
};

/** Deletes stored differences, except those of the last finished verification: the overview shows them until this one ends. */
async function forgetDifferences(trx: Transaction<Schema>, scanId: number): Promise<void> {
  await sql`
    delete from pics_scan_differences
    where scan_id = ${scanId} or scan_id < (
      select max(id) from pics_scans where reason = 'verify' and finished_at is not null
    )
  `.execute(trx);
}

async function requestSample(trx: Transaction<Schema>, scanId: number, size: number): Promise<number[]> {
  const { rows } = await sql<{ appids: number[] }>`
    insert into pics_scan_requests (scan_id, appids)
    select ${scanId}, array_agg(appid order by appid)
    from (
      select appid, row_number() over (order by appid) - 1 as position
      from (
        select appid from (select distinct appid from app_documents) as apps order by random() limit ${size}
      ) as sampled
    ) as numbered
    group by position / ${sql.lit(REQUEST_SIZE)}
    order by position / ${sql.lit(REQUEST_SIZE)}
    returning appids
  `.execute(trx);
  return rows.flatMap(({ appids }) => appids);
}
