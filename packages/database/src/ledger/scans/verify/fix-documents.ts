import { sql } from 'kysely';
import type { Database } from '../../../connection/connect-database.ts';
import { inTransaction } from '../../../connection/in-transaction.ts';
import { unnest } from '../../../connection/unnest.ts';
import { findDamage } from '../../../documents/check-documents.ts';
import { findDocuments, isNoLongerSent } from '../../../documents/find-documents.ts';
import { wantAgain } from '../../apps/mark-wanted.ts';

/** How many apps one transaction marks: writers can continue meanwhile, and no more documents are in memory. */
const STEP = 1_000;

/** Apps that are wanted again. */
export interface FixedDocuments {
  /** Because Steam announced another text. */
  different: number;
  /** Because their document is damaged. */
  damaged: number;
}

/**
 * Wants the apps again whose documents a verification listed, except failed ones, which need a requeue.
 *
 * Damaged documents are deleted in the same transaction: the SHA-1 stored with one may be Steam's, and the writer replaces only
 * documents with another. A document is not deleted if it was replaced meanwhile, or if nothing could replace it because Steam
 * no longer sends it: the app was removed, or has become restricted.
 */
export async function fixDocuments(db: Database, scanId: number): Promise<FixedDocuments> {
  const fixed = { different: 0, damaged: 0 };
  for (let after = -1; ;) {
    const page = await listApps(db, scanId, after);
    const last = page.at(-1);
    if (last === undefined) return fixed;
    const named = (which: 'isDifferent' | 'isDamaged') =>
      page.filter((app) => app[which]).map(({ appid }) => appid);
    fixed.damaged += await replaceDamaged(db, named('isDamaged'));
    fixed.different += await wantAgain(db, named('isDifferent'));
    after = last.appid;
  }
}

/** Lists the next apps; an app with two documents counts for both. */
async function listApps(db: Database, scanId: number, after: number) {
  const { rows } = await sql<{ appid: number; isDifferent: boolean; isDamaged: boolean }>`
    select appid, bool_or(damage is null) as is_different, bool_or(damage is not null) as is_damaged
    from pics_scan_differences
    where scan_id = ${scanId} and appid > ${after}
    group by appid
    order by appid
    limit ${sql.lit(STEP)}
  `.execute(db);
  return rows;
}

async function replaceDamaged(db: Database, appids: readonly number[]): Promise<number> {
  if (appids.length === 0) return 0;
  return inTransaction(db, async (trx) => {
    const { rows } = await sql<{ appid: number }>`
      select id as appid from pics_app_ledger
      where id = any (${appids}::integer[]) and failed_at is null
        and not exists (select from apps where apps.appid = id and pics_access = 'removed')
      order by id
      for update
    `.execute(trx);
    const locked = rows.map(({ appid }) => appid);
    const damaged = (await findDocuments(trx, locked)).flatMap(findDamage);
    const deleted = await sql<{ appid: number }>`
      delete from app_documents as stored using ${unnest(damaged, { appid: 'integer', part: 'text' })}
      where stored.appid = next.appid and stored.part = next.part
        and not ${isNoLongerSent('stored')}
      returning stored.appid
    `.execute(trx);
    return wantAgain(
      trx,
      deleted.rows.map(({ appid }) => appid),
    );
  });
}

/**
 * Wants the stored apps again that have no document although Steam sends one, as after DOCUMENTS=off.
 *
 * @returns how many.
 */
export async function wantMissingDocuments(db: Database): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id ${withoutDocument} order by id`.execute(db);
  let wanted = 0;
  for (let start = 0; start < rows.length; start += STEP) {
    wanted += await wantAgain(
      db,
      rows.slice(start, start + STEP).map(({ id }) => id),
    );
  }
  return wanted;
}

/** Counts the stored apps that have no document although Steam sends one. */
export async function countMissingDocuments(db: Database): Promise<number> {
  const { rows } = await sql<{ apps: number }>`select count(*) as apps ${withoutDocument}`.execute(db);
  return rows[0]?.apps ?? 0;
}

const withoutDocument = sql`
  from pics_app_ledger join apps on apps.appid = id
  where stored_change_number is not null and failed_at is null and batch_id is null
    and settled_change_number >= coalesce(wanted_change_number, 0)
    and pics_access in ('public', 'restricted') and not lacks_text
    and not exists (select from app_documents where app_documents.appid = id)
`;
