import type { WriteScanJob } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import { unnest } from '../../../connection/unnest.ts';
import { isNoLongerSent } from '../../../documents/find-documents.ts';
import type { Schema } from '../../../schema.ts';

/** How many documents of some apps match what Steam announces, and how many differ. */
export interface ComparedDocuments {
  documents: number;
  verified: number;
  differing: number;
}

/**
 * Compares the documents of these apps with the SHA-1s in the response to a scan request, and stores which differ.
 *
 * A document with the announced SHA-1 is verified, whatever its change number. It differs only if Steam announces another SHA-1
 * for the same part at the stored change number. Everything else is neither: Steam may be ahead, and then the app is wanted
 * anyway; a server of Steam may lag behind; or Steam may send more or less of the app than when it was stored.
 */
export async function compareDocuments(
  trx: Transaction<Schema>,
  { scanId, appids }: { scanId: number; appids: readonly number[] },
  seen: WriteScanJob['seen'],
): Promise<ComparedDocuments> {
  const announced = seen.flatMap(([appid, changeNumber, whole, publicPart]) => {
    const sha1 = whole ?? publicPart;
    return sha1 ? [{ appid, changeNumber, part: whole ? 'full' : 'public', sha1 }] : [];
  });
  const next = unnest(announced, { appid: 'integer', changeNumber: 'bigint', part: 'text', sha1: 'text' });
  const { rows } = await sql<ComparedDocuments>`
    with announced as (
      select next.appid, next.change_number, next.part, decode(next.sha1, 'hex') as sha1 from ${next}
    ),
    compared as materialized (
      select stored.appid, stored.part, stored.change_number, stored.sha1, announced.sha1 as announced_sha1,
        coalesce(stored.sha1 = announced.sha1, false) as is_verified,
        coalesce(
          stored.sha1 <> announced.sha1 and stored.part = announced.part
            and announced.change_number = ledger.stored_change_number,
          false
        ) and not ${isNoLongerSent('stored')} as is_differing
      from app_documents as stored
      left join announced on announced.appid = stored.appid
      left join pics_app_ledger as ledger on ledger.id = stored.appid
      where stored.appid = any (${appids}::integer[])
    ),
    listed as (
      insert into pics_scan_differences (scan_id, appid, part, change_number, stored_sha1, announced_sha1)
      select ${scanId}, appid, part, change_number, sha1, announced_sha1 from compared
      where is_differing
      order by appid
      on conflict (scan_id, appid, part) do update set announced_sha1 = excluded.announced_sha1
    )
    select count(*) as documents, count(*) filter (where is_verified) as verified,
      count(*) filter (where is_differing) as differing
    from compared
  `.execute(trx);
  return rows[0] ?? { documents: 0, verified: 0, differing: 0 };
}
