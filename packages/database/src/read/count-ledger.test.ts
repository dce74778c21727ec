import { expect, test } from 'vitest';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { countApps } from './measure-ledger.ts';
import { countLedger } from './measure-ledger.ts';

test('counts each app of the ledger once', async () => {
  const { db } = await freshDatabase();
  expect(await countLedger(db)).toEqual({
    known: 0,
    wanted: 0,
    inFlight: 0,
    settled: 0,
    failed: 0,
    oldestWantedChangeNumber: null,
  });
  await insertLedger(
    db,
    { id: 1, wantedChangeNumber: 10, settledChangeNumber: 10 },
    { id: 2, wantedChangeNumber: 30, settledChangeNumber: 20 },
    { id: 3, wantedChangeNumber: 25, attempts: 2, notBefore: new Date(Date.now() + 60_000) },
    { id: 4, wantedChangeNumber: 5, batchId: 'b' },
    { id: 5, wantedChangeNumber: 5, failedAt: new Date() },
    { id: 6, wantedChangeNumber: 5, failedAt: new Date(), batchId: 'b' },
    { id: 7 },
  );
  expect(await countLedger(db)).toEqual({
    known: 7,
    wanted: 2,
    inFlight: 1,
    settled: 2,
    failed: 2,
    oldestWantedChangeNumber: 25,
  });
  expect(await countApps(db, [1, 2, 3, 4, 5, 6, 7])).toEqual(await countLedger(db));
  expect(await countApps(db, [1, 2, 5, 99])).toEqual({
    known: 3,
    wanted: 1,
    inFlight: 0,
    settled: 1,
    failed: 1,
    oldestWantedChangeNumber: 30,
  });
});
