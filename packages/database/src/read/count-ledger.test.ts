import { expect, test } from 'vitest';
import { claimBatch } from '../ledger/apps/claim-batch.ts';
import { markWanted } from '../ledger/apps/mark-wanted.ts';
import { writeJob } from '../testing/app-record.ts';
import { writeBatch } from '../write/write-batch.ts';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { countApps } from './measure-ledger.ts';
import { countLedger } from './measure-ledger.ts';

test('counts each app of the ledger once, and none that was never asked for', async () => {
  const { db } = await freshDatabase();
  expect(await countLedger(db)).toEqual({
    known: 0,
    wanted: 0,
    inFlight: 0,
    settled: 0,
    failed: 0,
    tokensWanted: 0,
    oldestWantedChangeNumber: null,
  });
  await insertLedger(
    db,
    { id: 1, wantedChangeNumber: 10, settledChangeNumber: 10, tokenWantedAt: new Date(0) },
    { id: 2, wantedChangeNumber: 30, settledChangeNumber: 20, tokenWantedAt: new Date(Date.now() + 60_000) },
    { id: 3, wantedChangeNumber: 25, attempts: 2, notBefore: new Date(Date.now() + 60_000) },
    { id: 4, wantedChangeNumber: 5, batchId: 'b' },
    { id: 5, wantedChangeNumber: 5, failedAt: new Date() },
    { id: 6, wantedChangeNumber: 5, failedAt: new Date(), batchId: 'b' },
    { id: 7 },
  );
  expect(await countLedger(db)).toEqual({
    known: 6,
    wanted: 2,
    inFlight: 1,
    settled: 1,
    failed: 2,
    tokensWanted: 1,
    oldestWantedChangeNumber: 25,
  });
  expect(await countApps(db, [1, 2, 3, 4, 5, 6, 7])).toEqual(await countLedger(db));
  expect(await countApps(db, [1, 2, 5, 99])).toEqual({
    known: 3,
    wanted: 1,
    inFlight: 0,
    settled: 1,
    failed: 1,
    tokensWanted: 1,
    oldestWantedChangeNumber: 30,
  });
});

test('an id that was asked for by hand counts as wanted until Steam does not know it, and never as a known app after that', async () => {
  const { db } = await freshDatabase();
  await insertLedger(db, {
    id: 440,
    wantedChangeNumber: 10,
    settledChangeNumber: 10,
    storedChangeNumber: 10,
  });
  await markWanted(db, { appids: [2_000_000_000] });
  expect(await countLedger(db)).toMatchObject({ known: 2, wanted: 1, settled: 1 });
  const batch = await claimBatch(db, { size: 1 });
  if (!batch) throw new Error('nothing was due');
  expect(await countLedger(db)).toMatchObject({ known: 2, inFlight: 1, settled: 1 });
  await writeBatch(db, writeJob({ ...batch, unknown: batch.appids }));
  expect(await countLedger(db)).toMatchObject({ known: 1, wanted: 0, inFlight: 0, settled: 1, failed: 0 });
  expect(await countApps(db, [440, 2_000_000_000])).toEqual(await countLedger(db));
});
