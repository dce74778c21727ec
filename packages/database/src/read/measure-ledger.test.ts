import { expect, test } from 'vitest';
import { markWanted } from '../ledger/apps/mark-wanted.ts';
import { recordPoll } from '../ledger/record-poll.ts';
import { startCursor } from '../ledger/cursor.ts';
import { updateFleetSettings } from '../ledger/fleet-settings.ts';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { measureLedger } from './measure-ledger.ts';

test('an empty ledger has no work and is not behind', async () => {
  const { db } = await freshDatabase();
  expect(await measureLedger(db)).toMatchObject({
    wanted: 0,
    inFlight: 0,
    failed: 0,
    failedByClass: new Map(),
    oldestWantedSince: null,
    changesBehind: 0,
    paused: false,
  });
});

test('the longest waiting app is as old as the change it waits for, whatever a scan found before', async () => {
  const { db } = await freshDatabase();
  await startCursor(db, 100);
  await insertLedger(db, { id: 10, wantedChangeNumber: 7 });
  expect((await measureLedger(db)).oldestWantedSince).toBeNull();
  const change = (id: number, changeNumber: number) => ({ id, changeNumber, needsToken: false });
  await recordPoll(db, { since: 100, current: 105, apps: [change(20, 101), change(30, 105)], packages: [] });
  const seen = db.selectFrom('picsChanges').select('seenAt').where('id', '=', 20);
  const { oldestWantedSince } = await measureLedger(db);
  expect(oldestWantedSince).toEqual((await seen.executeTakeFirstOrThrow()).seenAt);
});

test('failures are counted by the class of their error', async () => {
  const { db } = await freshDatabase();
  const failed = (id: number, lastError: string | null) => ({ id, failedAt: new Date(), lastError });
  await insertLedger(
    db,
    failed(1, 'NoResponse: Steam did not answer in time'),
    failed(2, 'NoResponse: Steam left the app out of its answer'),
    failed(3, 'RowRefused: value too long (22001)'),
    failed(4, null),
  );
  expect((await measureLedger(db)).failedByClass).toEqual(
    new Map([
      ['NoResponse', 2],
      ['Error', 1],
      ['RowRefused', 1],
    ]),
  );
});

test('a pause is reported', async () => {
  const { db } = await freshDatabase();
  await markWanted(db, { appids: [440] });
  await updateFleetSettings(db, { paused: true });
  expect(await measureLedger(db)).toMatchObject({ wanted: 1, paused: true });
});
