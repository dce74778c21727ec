import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { countMissingDocuments, fixDocuments } from '../ledger/scans/verify/fix-documents.ts';
import { countDamage, recordDamage } from '../ledger/scans/verify/record-damage.ts';
import { startVerification } from '../ledger/scans/verify/start-verification.ts';
import { listDocumentDifferences } from '../read/verification.ts';
import { insertDocuments } from '../testing/documents.ts';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { checkDocuments, type DamagedDocument } from './check-documents.ts';

/** Lists what is damaged with a new verification, and returns its id. */
async function listDamage(db: Database): Promise<number> {
  const { scan } = await startVerification(db);
  for await (const page of checkDocuments(db)) await recordDamage(db, scan.id, page.damaged);
  return scan.id;
}

async function readAll(db: Database, appids?: number[]) {
  let documents = 0;
  const damaged: DamagedDocument[] = [];
  for await (const page of checkDocuments(db, appids)) {
    documents += page.documents;
    damaged.push(...page.damaged);
  }
  return { documents, damaged };
}

/** Three stored apps whose texts compress; the database changes one byte of the second. */
async function withFlippedByte(appid = 2): Promise<Database> {
  const { db } = await freshDatabase();
  for (const id of [1, 2, 3]) {
    await insertDocuments(db, { appid: id, text: `"appid"\t\t"${id}"\n`.repeat(30) });
    await insertLedger(db, {
      id,
      wantedChangeNumber: 100,
      settledChangeNumber: 100,
      storedChangeNumber: 100,
    });
    await db.insertInto('apps').values({ appid: id, picsAccess: 'public' }).execute();
  }
  await flipByte(db, appid);
  return db;
}

const flipByte = (db: Database, appid: number) =>
  sql`update app_documents set body = set_byte(body, length(body) / 2, get_byte(body, length(body) / 2) # 1) where appid = ${appid}`.execute(
    db,
  );

const listStored = async (db: Database) =>
  (await db.selectFrom('appDocuments').select('appid').orderBy('appid').execute()).map(({ appid }) => appid);

describe('reading all stored documents', () => {
  test('finds a document with a changed byte', async () => {
    const db = await withFlippedByte();
    expect(await readAll(db)).toMatchObject({
      documents: 3,
      damaged: [{ appid: 2, part: 'full', changeNumber: 100, damage: expect.any(String) }],
    });
  });

  test('finds a changed SHA-1 and a changed size', async () => {
    const db = await withFlippedByte();
    await sql`update app_documents set size = size + 1 where appid = 1`.execute(db);
    await sql`update app_documents set sha1 = set_byte(sha1, 3, get_byte(sha1, 3) # 1) where appid = 3`.execute(
      db,
    );
    expect((await readAll(db)).damaged.map(({ appid }) => appid)).toEqual([1, 2, 3]);
  });

  test('reads every page, and only the apps that are named', async () => {
    const { db } = await freshDatabase();
    const documents = Array.from({ length: 2_500 }, (_, appid) => ({ appid, text: `text ${appid}` }));
    await insertDocuments(db, ...documents);
    expect(await readAll(db)).toEqual({ documents: 2_500, damaged: [] });
    await flipByte(db, 0);
    expect((await readAll(db, [0, 2_499, 7_777])).documents).toBe(2);
    expect((await readAll(db, [0])).damaged).toMatchObject([{ appid: 0 }]);
  });
});

describe('a damaged document', () => {
  test('is deleted when its app is wanted again, in the same transaction', async () => {
    const db = await withFlippedByte();
    expect(await fixDocuments(db, await listDamage(db))).toEqual({ different: 0, damaged: 1 });
    expect(await listStored(db)).toEqual([1, 3]);
    expect(await readLedger(db, 2)).toMatchObject({ settledChangeNumber: null, wantedChangeNumber: 100 });
    expect(await readLedger(db, 1)).toMatchObject({ settledChangeNumber: 100 });
    // It is wanted already, so it is not missing.
    expect(await countMissingDocuments(db)).toBe(0);
  });

  test('is not deleted if it was replaced meanwhile', async () => {
    const db = await withFlippedByte();
    const scanId = await listDamage(db);
    await db.deleteFrom('appDocuments').where('appid', '=', 2).execute();
    await insertDocuments(db, { appid: 2, text: 'a newer text' });
    expect(await fixDocuments(db, scanId)).toEqual({ different: 0, damaged: 0 });
    expect(await listStored(db)).toEqual([1, 2, 3]);
  });

  test('is not deleted if Steam no longer sends it', async () => {
    const db = await withFlippedByte();
    await flipByte(db, 3);
    const scanId = await listDamage(db);
    await sql`update apps set pics_access = 'removed' where appid = 2`.execute(db);
    await insertDocuments(db, { appid: 3, text: 'part', part: 'public' });
    expect(await fixDocuments(db, scanId)).toEqual({ different: 0, damaged: 0 });
    expect(await listStored(db)).toEqual([1, 2, 3, 3]);
    expect(await countDamage(db, scanId)).toBe(0);
    expect(await listDocumentDifferences(db, scanId)).toHaveLength(2);
  });

  test('is listed once among the differences, and counted separately', async () => {
    const db = await withFlippedByte();
    await flipByte(db, 3);
    const scanId = await listDamage(db);
    await sql`update pics_scan_differences set announced_sha1 = '\\x01' where appid = 2`.execute(db);
    expect(await countDamage(db, scanId)).toBe(1);
    expect(await listDocumentDifferences(db, scanId)).toMatchObject([
      { appid: 2, announcedSha1: '01', damage: expect.any(String) },
      { appid: 3, announcedSha1: null, damage: expect.any(String) },
    ]);
  });
});
