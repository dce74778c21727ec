import { createHash } from 'node:crypto';
import type { Database } from '../connection/connect-database.ts';
import { encodeDocument } from '../documents/encode-document.ts';
import { insertLedger } from './ledger.ts';

/** The SHA-1 of a text, in hex. */
export const sha1Of = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A document of a test. */
export interface TestDocument {
  appid: number;
  text: string;
  part?: 'full' | 'public';
  changeNumber?: number;
}

/** Stores documents as the writer would. */
export async function insertDocuments(db: Database, ...documents: TestDocument[]): Promise<void> {
  const rows = documents.map(({ appid, text, part = 'full', changeNumber = 100 }) => ({
    appid,
    part,
    changeNumber,
    sha1: Buffer.from(sha1Of(text), 'hex'),
    size: Buffer.byteLength(text) + 1,
    body: encodeDocument(Buffer.from(text)),
  }));
  await db.insertInto('appDocuments').values(rows).execute();
}

/** Stores settled apps with the ids 1 to `count`, each with a full document whose text has its id, at change number 100. */
export async function insertSettledApps(db: Database, count: number): Promise<void> {
  const apps = Array.from({ length: count }, (_, index) => ({ appid: index + 1, text: `text ${index + 1}` }));
  await insertDocuments(db, ...apps);
  await insertLedger(
    db,
    ...apps.map(({ appid, text }) => ({
      id: appid,
      wantedChangeNumber: 100,
      settledChangeNumber: 100,
      storedChangeNumber: 100,
      storedSha1: Buffer.from(sha1Of(text), 'hex'),
    })),
  );
}
