import { sql } from 'kysely';
import type { Database } from '../../../connection/connect-database.ts';
import { inTransaction } from '../../../connection/in-transaction.ts';
import { unnest } from '../../../connection/unnest.ts';
import type { DamagedDocument } from '../../../documents/check-documents.ts';
import { isNoLongerSent } from '../../../documents/find-documents.ts';
import { lockScan } from '../scans.ts';

/** Adds damaged documents, found by reading all of them, to the differences of a verification. */
export async function recordDamage(
  db: Database,
  scanId: number,
  damaged: readonly DamagedDocument[],
): Promise<void> {
  if (damaged.length === 0) return;
  const next = unnest(damaged, {
    appid: 'integer',
    part: 'text',
    changeNumber: 'bigint',
    sha1: 'text',
    damage: 'text',
  });
  await inTransaction(db, async (trx) => {
    await lockScan(trx, scanId);
    await sql`
      insert into pics_scan_differences (scan_id, appid, part, change_number, stored_sha1, damage)
      select ${scanId}, next.appid, next.part, next.change_number, decode(next.sha1, 'hex'), next.damage
      from ${next}
      order by next.appid
      on conflict (scan_id, appid, part) do update set damage = excluded.damage
    `.execute(trx);
  });
}

/**
 * Adds the damaged documents to the result of a verification, once all are read and it has finished.
 *
 * @returns those that are not among the differing and that Steam still shows: what else the verification took for Steam's.
 */
export async function countDamage(db: Database, scanId: number): Promise<number> {
  const { rows } = await sql<{ damaged: number }>`
    update pics_scans set damaged = (
      select count(*) from pics_scan_differences as listed
      left join apps on apps.appid = listed.appid
      where listed.scan_id = pics_scans.id and damage is not null and announced_sha1 is null
        and pics_access is distinct from 'removed'
        and not ${isNoLongerSent('listed')}
    )
    where id = ${scanId}
    returning damaged
  `.execute(db);
  return rows[0]?.damaged ?? 0;
}
