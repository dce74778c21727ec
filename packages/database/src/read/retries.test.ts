import { expect, test } from 'vitest';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { findRetries } from './retries.ts';
import { findUnknownApps } from './unknown-apps.ts';

test('retries are the apps that are asked for again, waiting or in flight, with the furthest attempt and the usual reason', async () => {
  const { db } = await freshDatabase();
  expect(await findRetries(db)).toBeNull();
  const silent = { wantedChangeNumber: 10, lastError: 'NoResponse: Steam did not respond' };
  await insertLedger(
    db,
    { id: 1, ...silent, attempts: 5, notBefore: new Date(Date.now() + 60_000) },
    { id: 2, ...silent, attempts: 5, batchId: 'b' },
    { id: 3, wantedChangeNumber: 10, attempts: 1, lastError: 'NoResponse: left out' },
    { id: 4, wantedChangeNumber: 10, staleAnswers: 1 },
    { id: 5, wantedChangeNumber: 10 },
    { id: 6, wantedChangeNumber: 10, batchId: 'c' },
    { id: 7, ...silent, attempts: 12, failedAt: new Date() },
  );
  expect(await findRetries(db)).toEqual({
    apps: 4,
    attempt: 6,
    error: 'NoResponse: Steam did not respond',
    byAttempts: [
      { attempts: 0, apps: 1 },
      { attempts: 1, apps: 1 },
      { attempts: 5, apps: 2 },
    ],
  });
});

test('unknown apps are those that Steam did not know when it was last asked', async () => {
  const { db } = await freshDatabase();
  const settled = { wantedChangeNumber: 10, settledChangeNumber: 10 };
  await insertLedger(
    db,
    { id: 10, ...settled },
    { id: 20, ...settled },
    { id: 30, ...settled },
    { id: 40, wantedChangeNumber: 10 },
    { id: 50, wantedChangeNumber: 10, failedAt: new Date() },
    { id: 60, ...settled },
  );
  await db
    .insertInto('apps')
    .values([
      { appid: 10, picsAccess: 'public' },
      { appid: 20, picsAccess: 'removed' },
    ])
    .execute();
  expect(await findUnknownApps(db, [10, 20, 30, 40, 50, 99])).toEqual([20, 30]);
});
