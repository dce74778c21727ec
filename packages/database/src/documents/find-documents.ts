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
