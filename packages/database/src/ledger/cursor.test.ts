import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { getFeed } from '../read/feed.ts';
import { recordPoll } from './record-poll.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import {
  claimSource,
  findCursor,
  findPollAge,
  findSource,
  markPolled,
  resetCursor,
  startCursor,
} from './cursor.ts';
import { findScan } from './scans/scans.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
});

afterEach(() => database.destroy());

test('an empty database belongs to the first that claims it', async () => {
  expect(await claimSource(database, 'simulator')).toBe('simulator');
  expect(await claimSource(database, 'simulator')).toBe('simulator');
  expect(await claimSource(database, 'steam')).toBe('simulator');
});

test('a database that holds apps nobody claimed belongs to Steam', async () => {
  await database.insertInto('apps').values({ appid: 440 }).execute();
  expect(await claimSource(database, 'simulator')).toBe('steam');
});

test('a database that has followed the feed belongs to Steam', async () => {
  await database.updateTable('picsState').set({ lastChangeNumber: 36_000_000 }).execute();
  expect(await claimSource(database, 'simulator')).toBe('steam');
});

test('the source of a database is found without its tables, and without a claim', async () => {
  expect(await findSource(database)).toBeUndefined();
  await claimSource(database, 'simulator');
  expect(await findSource(database)).toBe('simulator');

  const { url } = await createTestDatabase({ migrated: false });
  const theirs = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
  expect(await findSource(theirs)).toBeUndefined();
  await sql`create table apps (appid integer primary key)`.execute(theirs);
  expect(await findSource(theirs)).toBeUndefined();
  await sql`insert into apps values (440)`.execute(theirs);
  expect(await findSource(theirs)).toBe('steam');
  await theirs.destroy();
});

describe('startCursor', () => {
  const settledAt = (id: number, changeNumber: number) => ({
    id,
    wantedChangeNumber: changeNumber,
    settledChangeNumber: changeNumber,
    storedChangeNumber: changeNumber,
  });

  test('starts no scan on a database that has no app yet', async () => {
    await startCursor(database, 500);
    expect(await findScan(database, 'gap')).toBeUndefined();
  });

  test('starts the scan of a gap after a reset, because nothing is known of the changes before it', async () => {
    await startCursor(database, 9_000_000);
    await insertLedger(database, settledAt(440, 400));
    expect(await resetCursor(database)).toBe(9_000_000);
    expect(await findCursor(database)).toBeUndefined();
    await startCursor(database, 500);
    expect(await findCursor(database)).toBe(500);
    expect(await findScan(database, 'gap')).toMatchObject({ knownOnly: true, finishedAt: null });
    const { backlogChangeNumber } = await database
      .selectFrom('picsState')
      .select('backlogChangeNumber')
      .executeTakeFirstOrThrow();
    expect(backlogChangeNumber).toBe(500);
  });

  test('wants an app again whose numbers came from an impossible response, and hears of its next change', async () => {
    await startCursor(database, 9_000_000);
    await insertLedger(
      database,
      settledAt(440, 8_000_000),
      { ...settledAt(570, 8_000_000), storedChangeNumber: 300 },
      { ...settledAt(620, 400) },
      { id: 730, wantedChangeNumber: 8_000_000 },
    );
    await resetCursor(database);
    await startCursor(database, 500);
    expect(await readLedger(database, 440)).toMatchObject({
      wantedChangeNumber: 500,
      settledChangeNumber: null,
      storedChangeNumber: null,
    });
    expect(await readLedger(database, 570)).toMatchObject({
      wantedChangeNumber: 500,
      settledChangeNumber: 500,
      storedChangeNumber: 300,
    });
    expect(await readLedger(database, 620)).toMatchObject(settledAt(620, 400));
    expect(await readLedger(database, 730)).toMatchObject({
      wantedChangeNumber: 500,
      settledChangeNumber: null,
    });
  });

  test('leaves numbers alone while there is a cursor', async () => {
    await startCursor(database, 500);
    await insertLedger(database, settledAt(440, 8_000_000));
    await startCursor(database, 600);
    expect(await readLedger(database, 440)).toMatchObject(settledAt(440, 8_000_000));
    expect(await findCursor(database)).toBe(500);
  });
});

describe('the age of the last poll', () => {
  test('is unknown before the first poll, and counts from polls with and without changes', async () => {
    expect(await findPollAge(database)).toBeUndefined();
    for (const poll of [
      () => markPolled(database),
      () => recordPoll(database, { since: 100, current: 110, apps: [], packages: [] }),
    ]) {
      await database
        .updateTable('picsState')
        .set({ lastChangeNumber: 100, polledAt: new Date(Date.now() - 3_600_000) })
        .execute();
      expect(await findPollAge(database)).toBeGreaterThan(3_500_000);
      await poll();
      expect(await findPollAge(database)).toBeLessThan(60_000);
    }
  });

  test('is no change of the feed', async () => {
    const changedAt = async () => (await getFeed(database)).changedAt;
    const before = await changedAt();
    await markPolled(database);
    expect(await changedAt()).toEqual(before);
  });
});
