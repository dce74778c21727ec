import type { Database } from '../connection/connect-database.ts';
import { decodeDocument, DocumentDamaged } from './decode-document.ts';
import { findDocuments, pageThroughDocuments, type StoredDocument } from './find-documents.ts';

/** Large enough that the round trip does not matter; two pages of this size are 5 MB. */
const PAGE_APPS = 1_000;

/** A stored document that is not what was stored. */
export interface DamagedDocument extends Pick<StoredDocument, 'appid' | 'part' | 'changeNumber' | 'sha1'> {
  /** What is wrong with it, in a few words. */
  damage: string;
}

/** The result of one page of documents. */
export interface CheckedPage {
  documents: number;
  damaged: DamagedDocument[];
}

/**
 * Reads the stored documents of these apps, or all of them, page by page, and compares each text with the SHA-1 and the size
 * stored with it. This finds bytes that changed in the database, whatever Steam announces.
 *
 * The next page is read while one is checked. The table is not locked, so pages are of different moments.
 */
export async function* checkDocuments(
  db: Database,
  appids?: readonly number[],
): AsyncGenerator<CheckedPage, void, void> {
  const pages = appids === undefined ? readAll(db) : readNamed(db, appids);
  for (let reading = pages.next(); ;) {
    const { value: page, done } = await reading;
    if (done) return;
    reading = pages.next();
    // If the caller stops early, nobody awaits it.
    reading.catch(() => {});
    yield { documents: page.length, damaged: page.flatMap(findDamage) };
  }
}

async function* readAll(db: Database): AsyncGenerator<StoredDocument[], void, void> {
  for (let after = -1; ;) {
    const page = await pageThroughDocuments(db, { after, limit: PAGE_APPS });
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.appid ?? after;
  }
}

async function* readNamed(
  db: Database,
  appids: readonly number[],
): AsyncGenerator<StoredDocument[], void, void> {
  for (let start = 0; start < appids.length; start += PAGE_APPS) {
    yield await findDocuments(db, appids.slice(start, start + PAGE_APPS));
  }
}

/** Finds what is wrong with a document: a list of it, or an empty one. */
export function findDamage(document: StoredDocument): DamagedDocument[] {
  try {
    decodeDocument(document);
    return [];
  } catch (error) {
    if (!(error instanceof DocumentDamaged)) throw error;
    const { appid, part, changeNumber, sha1 } = document;
    return [{ appid, part, changeNumber, sha1, damage: error.message }];
  }
}
