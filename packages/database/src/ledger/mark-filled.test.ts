import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { claimBatch } from './apps/claim-batch.ts';
import { markWanted } from './apps/mark-wanted.ts';
import { markFilled } from './mark-filled.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
  await markWanted(db, { appids: [10, 20] });
});

async function isFilled(): Promise<boolean> {
  await markFilled(db);
  const { filledAt } = await db.selectFrom('picsState').select('filledAt').executeTakeFirstOrThrow();
  return filledAt !== null;
}

const finishDiscovery = () =>
  sql`insert into pics_scans (reason, known_only, finished_at) values ('discovery', false, now())`.execute(
    db,
  );

const settle = (...appids: number[]) =>
  db
    .updateTable('picsAppLedger')
    .set({ settledChangeNumber: 900, batchId: null })
    .where('id', 'in', appids)
    .execute();

test('the first fill ends when a discovery has finished and each app that it found has had a response', async () => {
  expect(await isFilled()).toBe(false);
  await finishDiscovery();
  expect(await isFilled()).toBe(false);
  await claimBatch(db, { size: 1 });
  await settle(20);
  expect(await isFilled()).toBe(false); // The other one is in flight or waits.
  await claimBatch(db, { size: 1 });
  expect(await isFilled()).toBe(false);
  await settle(10);
  expect(await isFilled()).toBe(true);
});

test('the first fill does not end before the first discovery, and does not wait for failed apps', async () => {
  await settle(10);
  await db.updateTable('picsAppLedger').set({ failedAt: new Date() }).where('id', '=', 20).execute();
  expect(await isFilled()).toBe(false);
  await finishDiscovery();
  expect(await isFilled()).toBe(true);
});

test('the first fill is still over when a later discovery finds more', async () => {
  await settle(10, 20);
  await finishDiscovery();
  expect(await isFilled()).toBe(true);
  await markWanted(db, { appids: [30] });
  expect(await isFilled()).toBe(true);
});
