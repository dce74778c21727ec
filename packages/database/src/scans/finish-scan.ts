import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';
import { getScanLimit } from './scan-limit.ts';

/**
 * Finishes a scan when nothing of it is left: no open request, and no id below its limit that was not asked for. Returns
 * whether it is finished. The caller holds the scan's row.
 */
export async function finishScan(db: Database, scanId: number): Promise<boolean> {
  const scan = await db
    .selectFrom('picsScans')
    .select(['knownOnly', 'nextAppid'])
    .where('id', '=', scanId)
    .executeTakeFirstOrThrow();
  if (scan.nextAppid <= (await getScanLimit(db, scan.knownOnly))) return false;
  const finished = await sql`
    update pics_scans set finished_at = coalesce(finished_at, now())
    where id = ${scanId}
      and not exists (select from pics_scan_requests where scan_id = ${scanId} and settled_at is null)
  `.execute(db);
  return Number(finished.numAffectedRows) > 0;
}
