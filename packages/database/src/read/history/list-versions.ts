import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';
import { documentsOf, type Version } from './find-version.ts';

/** Lists the stored texts of an app without their bytes: its documents, then older ones, the newest first. See `findVersion`. */
export async function listVersions(
  db: Database,
  appid: number,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<Version[]> {
  const { rows } = await sql<Version>`
    select change_number, variant, last_change_number, seen_at, is_current, size, encode(sha1, 'hex') as sha1
    from (
      select change_number, variant, last_change_number, seen_at, is_current, size, sha1
      from (${documentsOf(appid)}) as documents
      union all
      select change_number, variant, last_change_number, seen_at, false, size, sha1 from app_versions
      where appid = ${appid}
    ) as texts
    order by is_current desc, change_number desc, variant desc
    limit ${limit}
  `.execute(db);
  return rows;
}
