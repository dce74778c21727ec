import { sql } from 'kysely';
import type { Database } from '../../../connection/connect-database.ts';
import { inTransaction } from '../../../connection/in-transaction.ts';
import { unnest } from '../../../connection/unnest.ts';
import type { DamagedDocument } from '../../../documents/check-documents.ts';
import { lockScan } from '../scans.ts';
import { MOST_DIFFERENCES } from './compare-documents.ts';

/**
 * Adds what a reader of all stored documents found damaged to the finished verification, and lists it with what differs.
 *
 * @returns the damaged documents that are not among the differing and that Steam still shows: what else the verification
 *   took for Steam's.
 */
export async function recordDamage(
  db: Database,
  scanId: number,
  damaged: readonly DamagedDocument[],
): Promise<number> {
  const next = unnest(damaged, {
    appid: 'integer',
    part: 'text',
    changeNumber: 'bigint',
    sha1: 'text',
    damage: 'text',
  });
  return inTransaction(db, async (trx) => {
    await lockScan(trx, scanId);
    const { rows } = await sql<{ alone: number }>`
      select count(*) as alone from ${next}
      left join apps on apps.appid = next.appid
      where pics_access is distinct from 'removed'
        and not (next.part = 'full' and exists (
          select from app_documents as newer where newer.appid = next.appid and newer.part = 'public'
        ))
        and not exists (
          select from pics_scan_differences as listed
          where listed.scan_id = ${scanId} and listed.appid = next.appid and listed.part = next.part
            and listed.announced_sha1 is not null
        )
    `.execute(trx);
    const alone = rows[0]?.alone ?? 0;
    await sql`
      insert into pics_scan_differences (scan_id, appid, part, change_number, stored_sha1, damage)
      select ${scanId}, next.appid, next.part, next.change_number, decode(next.sha1, 'hex'), next.damage
      from ${next}
      order by next.appid
      limit ${sql.lit(MOST_DIFFERENCES)}
      on conflict (scan_id, appid, part) do update set damage = excluded.damage
    `.execute(trx);
    await trx.updateTable('picsScans').set({ damaged: alone }).where('id', '=', scanId).execute();
    return alone;
  });
}
