import { LARGEST_INTEGER } from '@pics/core';
import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import type { Schema } from '../schema.ts';
import { finishScan } from './finish-scan.ts';
import { getScanLimit } from './scan-limit.ts';
import type { Scan } from './start-scan.ts';

/** Ids whose change numbers are asked for with one request. */
export interface ScanRequest {
  batchId: string;
  appids: number[];
}

/**
 * Claims the next request of the unfinished scans, or returns undefined when there is none: first one that came back
 * unanswered, then the next ids of a scan. Gaps go before everything else.
 *
 * A scan of known ids asks for the next `size` ids of the ledger, and fills its last request with the ids above the highest
 * known. Ids are chosen at this moment, so a scan never holds more in Postgres than its requests in flight.
 */
export async function claimScanRequest(
  db: Database,
  { size }: { size: number },
): Promise<ScanRequest | undefined> {
  const batchId = randomUUID();
  const reopened = await sql<{ appids: number[] }>`
    with chosen as (
      select id from pics_scan_requests
      where settled_at is null and batch_id is null
      order by id
      limit 1
      for update skip locked
    )
    update pics_scan_requests
    set batch_id = ${batchId}
    from chosen
    where pics_scan_requests.id = chosen.id
    returning appids
  `.execute(db);
  const [request] = reopened.rows;
  if (request) return { batchId, appids: request.appids };

  return inTransaction(db, async (trx) => {
    const scans = await trx
      .selectFrom('picsScans')
      .selectAll()
      .where('finishedAt', 'is', null)
      .orderBy((expression) => expression('reason', '=', 'gap'), 'desc')
      .orderBy('id')
      .forUpdate()
      .execute();
    for (const scan of scans) {
      const appids = await nextAppids(trx, scan, size);
      if (appids.length > 0) {
        await insertRequest(trx, scan, appids, batchId);
        return { batchId, appids };
      }
      await finishScan(trx, scan.id);
    }
    return undefined;
  });
}

async function nextAppids(trx: Transaction<Schema>, scan: Scan, size: number): Promise<number[]> {
  const limit = Math.min(await getScanLimit(trx, scan.knownOnly), LARGEST_INTEGER);
  const known = scan.knownOnly ? await knownAppids(trx, scan.nextAppid, size) : [];
  if (known.length === 0 && scan.nextAppid > limit) return [];
  const above = (known.at(-1) ?? scan.nextAppid - 1) + 1;
  const room = Math.max(0, Math.min(size - known.length, LARGEST_INTEGER + 1 - above));
  return [...known, ...Array.from({ length: room }, (_, index) => above + index)];
}

async function knownAppids(trx: Transaction<Schema>, from: number, size: number): Promise<number[]> {
  const known = await sql<{ id: number }>`
    select id from pics_app_ledger where id >= ${from} order by id limit ${size}
  `.execute(trx);
  return known.rows.map((row) => row.id);
}

async function insertRequest(
  trx: Transaction<Schema>,
  scan: Scan,
  appids: number[],
  batchId: string,
): Promise<void> {
  const lastAppid = appids.at(-1) ?? 0;
  await trx
    .insertInto('picsScanRequests')
    .values({
      scanId: scan.id,
      appids: appids,
      batchId,
    })
    .execute();
  await trx
    .updateTable('picsScans')
    .set({ nextAppid: lastAppid + 1 })
    .where('id', '=', scan.id)
    .execute();
}
