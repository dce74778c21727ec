import { sql } from 'kysely';
import type { Database } from '../../../connection/connect-database.ts';
import { inTransaction } from '../../../connection/in-transaction.ts';
import { unnest } from '../../../connection/unnest.ts';
import type { DamagedDocument } from '../../../documents/check-documents.ts';
import { wantAgain } from '../../apps/mark-wanted.ts';

/** How many apps one transaction wants, so that writers continue meanwhile. */
const STEP = 10_000;

/** Wants apps again whose documents differ from Steam's. @returns how many; those that failed wait for a requeue. */
export async function wantDocuments(db: Database, appids: readonly number[]): Promise<number> {
  const chosen = [...new Set(appids)].toSorted((a, b) => a - b);
  let wanted = 0;
  for (let start = 0; start < chosen.length; start += STEP) {
    wanted += await wantAgain(db, chosen.slice(start, start + STEP));
  }
  return wanted;
}

/**
 * Wants the apps of damaged documents again, and deletes these documents in the same transaction: the SHA-1 stored with one may
 * be Steam's, and the writer replaces only what has another.
 *
 * A document stays when it was replaced meanwhile, or when Steam no longer shows it: the app is removed, or only a part of it
 * is shown since. What is left of it is all there is.
 *
 * @returns how many apps are wanted because of it.
 */
export async function replaceDocuments(db: Database, damaged: readonly DamagedDocument[]): Promise<number> {
  let wanted = 0;
  for (let start = 0; start < damaged.length; start += STEP) {
    wanted += await replaceStep(db, damaged.slice(start, start + STEP));
  }
  return wanted;
}

async function replaceStep(db: Database, damaged: readonly DamagedDocument[]): Promise<number> {
  const next = unnest(damaged, { appid: 'integer', part: 'text', sha1: 'text', fetchedAt: 'timestamptz' });
  return inTransaction(db, async (trx) => {
    const { rows } = await sql<{ appid: number }>`
      select id as appid from pics_app_ledger
      where id = any (${damaged.map(({ appid }) => appid)}::integer[]) and failed_at is null
        and not exists (select from apps where apps.appid = id and pics_access = 'removed')
      order by id
      for update
    `.execute(trx);
    const locked = rows.map(({ appid }) => appid);
    const deleted = await sql<{ appid: number }>`
      delete from app_documents as stored using ${next}
      where stored.appid = next.appid and stored.part = next.part and stored.appid = any (${locked}::integer[])
        and stored.sha1 = decode(next.sha1, 'hex')
        and date_trunc('milliseconds', stored.fetched_at) = next.fetched_at
        and not (stored.part = 'full' and exists (
          select from app_documents as newer where newer.appid = stored.appid and newer.part = 'public'
        ))
      returning stored.appid
    `.execute(trx);
    return wantAgain(
      trx,
      deleted.rows.map(({ appid }) => appid),
    );
  });
}

/**
 * Wants the stored apps again that have no document, as after DOCUMENTS=off. A restricted one may have none for good: Steam
 * shows nothing of some.
 *
 * @returns how many.
 */
export async function wantMissingDocuments(db: Database): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select id ${withoutDocument} and pics_access in ('public', 'restricted') order by id
  `.execute(db);
  return wantDocuments(
    db,
    rows.map(({ id }) => id),
  );
}

/** Counts the stored apps of which Steam shows everything, and that have no document. */
export async function countMissingDocuments(db: Database): Promise<number> {
  const { rows } = await sql<{ apps: number }>`
    select count(*) as apps ${withoutDocument} and pics_access = 'public'
  `.execute(db);
  return rows[0]?.apps ?? 0;
}

const withoutDocument = sql`
  from pics_app_ledger join apps on apps.appid = id
  where stored_change_number is not null and failed_at is null and batch_id is null
    and settled_change_number >= wanted_change_number
    and not exists (select from app_documents where app_documents.appid = id)
`;
