import { sql } from 'kysely';
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
 * The stored documents of these apps by their ids, the full one of an app first: a public one is newer than the full one
 * whenever there are both.
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

/** The documents of the next `limit` apps that have one, by their ids, after this one: all of them, page by page. */
export function pageThroughDocuments(
  db: Database,
  { after, limit }: { after: number; limit: number },
): Promise<StoredDocument[]> {
  return db
    .selectFrom('appDocuments')
    .select(COLUMNS)
    .where(
      'appid',
      'in',
      db
        .selectFrom('appDocuments')
        .select('appid')
        .distinct()
        .where('appid', '>', after)
        .orderBy('appid')
        .limit(limit),
    )
    .orderBy('appid')
    .orderBy('part')
    .execute();
}

/** The ids of all apps that have a document, in ascending order, page by page. */
export async function* pageThroughDocumentedApps(db: Database, limit: number): AsyncGenerator<number[]> {
  for (let after = -1; ;) {
    const rows = await db
      .selectFrom('appDocuments')
      .select('appid')
      .distinct()
      .where('appid', '>', after)
      .orderBy('appid')
      .limit(limit)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ appid }) => appid);
    after = last.appid;
  }
}

/** How many apps have a document. */
export async function countDocumentedApps(db: Database): Promise<number> {
  const { apps } = await db
    .selectFrom('appDocuments')
    .select(({ fn }) => fn.count<string>('appid').distinct().as('apps'))
    .executeTakeFirstOrThrow();
  return Number(apps);
}

/** Those of these apps that have a document, in ascending order. */
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
