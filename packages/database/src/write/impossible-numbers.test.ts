import { expect, test } from 'vitest';
import { resetCursor, startCursor } from '../ledger/cursor.ts';
import { recordPoll } from '../ledger/record-poll.ts';
import { fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { writeBatch } from './write-batch.ts';

test('a response whose change number cannot be changes no row, and its app is fetched again', async () => {
  const { db } = await freshDatabase();
  await startCursor(db, 1_000);
  await writeBatch(db, writeJob({ changeNumber: 900, records: [fullRecord(440, 900)] }));
  await db.updateTable('picsAppLedger').set({ wantedChangeNumber: 950, batchId: 'c' }).execute();
  const impossible = recordWith(440, 4_000_000_000, { name: 'Garbled' });
  expect(
    await writeBatch(
      db,
      writeJob({ batchId: 'c', changeNumber: 950, records: [impossible, fullRecord(570, 2_000)] }),
    ),
  ).toMatchObject({
    added: 1,
    changed: 0,
    unchanged: 0,
    failed: 0,
    unsettled: 1,
  });
  expect(await readLedger(db, 440)).toMatchObject({
    storedChangeNumber: 900,
    wantedChangeNumber: 950,
    batchId: null,
    failedAt: null,
    notBefore: expect.any(Date),
    lastError:
      'ImplausibleChangeNumber: Steam responded with change 4000000000 of the app; the cursor is at 1000',
  });
  const app = await db.selectFrom('apps').select('name').where('appid', '=', 440).executeTakeFirst();
  expect(app).toEqual({ name: 'Rainy Lighthouse' });
});

test('a batch that was dispatched for an impossible number does not hide the next change of its apps', async () => {
  const { db } = await freshDatabase();
  await startCursor(db, 9_000_000);
  await insertLedger(db, { id: 440, wantedChangeNumber: 9_000_000, batchId: 'b' });
  await resetCursor(db);
  await startCursor(db, 1_000);
  await writeBatch(db, writeJob({ changeNumber: 9_000_000, records: [fullRecord(440, 1_000)] }));
  expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: 1_000, storedChangeNumber: 1_000 });
  const change = { id: 440, changeNumber: 1_005, needsToken: false };
  expect(await recordPoll(db, { since: 1_000, current: 1_010, apps: [change], packages: [] })).toMatchObject({
    wanted: 1,
  });
  expect(await readLedger(db, 440)).toMatchObject({ wantedChangeNumber: 1_005, settledChangeNumber: 1_000 });
});
