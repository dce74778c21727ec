import { expect, test } from 'vitest';
import { checkDocuments } from '../../../documents/check-documents.ts';
import { writeJob } from '../../../testing/app-record.ts';
import { insertSettledApps } from '../../../testing/documents.ts';
import { freshDatabase } from '../../../testing/support/fresh-database.ts';
import { writeBatch } from '../../../write/write-batch.ts';
import { countMissingDocuments, fixDocuments, wantMissingDocuments } from './fix-documents.ts';
import { recordDamage } from './record-damage.ts';
import { startVerification } from './start-verification.ts';

test('every damaged document is deleted and its app wanted, however many there are', async () => {
  const { db } = await freshDatabase();
  await insertSettledApps(db, 2_300);
  await db
    .updateTable('appDocuments')
    .set({ body: Buffer.from('no zstd') })
    .where('appid', '>', 10)
    .execute();
  const { scan } = await startVerification(db);
  for await (const page of checkDocuments(db)) await recordDamage(db, scan.id, page.damaged);
  expect(await fixDocuments(db, scan.id)).toEqual({ different: 0, damaged: 2_290 });
  expect(await db.selectFrom('appDocuments').select('appid').execute()).toHaveLength(10);
  const unwanted = db.selectFrom('picsAppLedger').select('id').where('settledChangeNumber', 'is not', null);
  expect(await unwanted.execute()).toHaveLength(10);
});

test('an app without a document is wanted again only if the last response of Steam had a text', async () => {
  const { db } = await freshDatabase();
  const [nothing, part] = [10, 20];
  const respond = (changeNumber: number, documents: 'off' | 'latest') =>
    writeBatch(
      db,
      writeJob({
        changeNumber,
        records: [nothing, part].map((appid) => ({ appid, changeNumber, access: 'restricted' })),
        bodies: [{ appid: part, bytes: Buffer.from('"appinfo"\n{\n\t"public_only"\t\t"1"\n}\n') }],
      }),
      { documents },
    );
  await respond(900, 'off');
  expect(await countMissingDocuments(db)).toBe(1);
  expect(await wantMissingDocuments(db)).toBe(1);
  const wanted = db.selectFrom('picsAppLedger').select('id').where('settledChangeNumber', 'is', null);
  expect(await wanted.execute()).toEqual([{ id: part }]);

  await respond(901, 'latest');
  expect([await countMissingDocuments(db), await wantMissingDocuments(db)]).toEqual([0, 0]);
});
