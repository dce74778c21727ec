import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import type { EncodedDocument } from './decode-document.ts';

/** A row of `app_documents`, still compressed: `decodeDocument` gives its text. */
export interface StoredDocument extends EncodedDocument {
  appid: number;
  part: 'full' | 'public';
  /** The change number at which this text was first stored. */
  changeNumber: number;
  fetchedAt: Date;
}

const COLUMNS = [
  'appid',
  'part',
  'changeNumber',
  sql<string>`encode(sha1, 'hex')`.as('sha1'),
  'size',
  'body',
  'fetchedAt',
] as const;

/**
 * Finds the stored documents of these apps, ordered by id, the full one of an app first. If an app has both, the public one is
 * newer.
 */
export function findDocuments(db: Database, appids: readonly number[]): Promise<StoredDocument[]> {
  return db
    .selectFrom('appDocuments')
    .select(COLUMNS)
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .orderBy('appid')
    .orderBy('part')
    .execute();
}

/** Finds all documents of the next `limit` apps after this id that have one, ordered by id: a page of all documents. */
export function pageThroughDocuments(
  db: Database,
  { after, limit }: { after: number; limit: number },
): Promise<StoredDocument[]> {
  return db
    .selectFrom('appDocuments')
    .select(COLUMNS)
    .where('appid', 'in', nextApps(db, after, limit))
    .orderBy('appid')
    .orderBy('part')
    .execute();
}

/** Yields the ids of all apps that have a document, in ascending order, page by page. */
export async function* pageThroughDocumentedApps(db: Database, limit: number): AsyncGenerator<number[]> {
  for (let after = -1; ;) {
    const rows = await nextApps(db, after, limit).execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ appid }) => appid);
    after = last.appid;
  }
}

/** The ids of the next apps after this one that have a document. */
function nextApps(db: Database, after: number, limit: number) {
  return db
    .selectFrom('appDocuments')
    .select('appid')
    .distinct()
    .where('appid', '>', after)
    .orderBy('appid')
    .limit(limit);
}

/**
 * Whether this is a full document beside a newer public part: Steam no longer sends it, so it can be neither compared nor
 * replaced.
 *
 * @param table the name or alias in SQL under which its `appid` and `part` are.
 */
export function isNoLongerSent(table: string): RawBuilder<boolean> {
  return sql`(${sql.ref(`${table}.part`)} = 'full' and exists (
    select from app_documents as newer where newer.appid = ${sql.ref(`${table}.appid`)} and newer.part = 'public'
  ))`;
}

/** Counts the apps that have a document. */
export async function countDocumentedApps(db: Database): Promise<number> {
  const { apps } = await db
    .selectFrom('appDocuments')
    .select(({ fn }) => fn.count<string>('appid').distinct().as('apps'))
    .executeTakeFirstOrThrow();
  return Number(apps);
}

/** Finds which of these apps have a document, in ascending order. */
export async function findDocumentedApps(db: Database, appids: readonly number[]): Promise<number[]> {
  const rows = await db
    .selectFrom('appDocuments')
    .select('appid')
    .distinct()
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .orderBy('appid')
    .execute();
  return rows.map(({ appid }) => appid);
}
