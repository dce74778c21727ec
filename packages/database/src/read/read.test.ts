import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { startCursor } from '../ledger/cursor.ts';
import { claimBatch } from '../ledger/apps/claim-batch.ts';
import { recordPoll } from '../ledger/record-poll.ts';
import { startScan } from '../ledger/scans/scans.ts';
import { findApp } from './find-app.ts';
import { getFailures } from './failures.ts';
import { getFeed } from './feed.ts';
import { getLatestChanges, listChangesSince, type ChangePosition, type ChangesStart } from './feed.ts';
import { getScans } from '../ledger/scans/scans.ts';
import { findFailedApps, groupFailures } from './failures.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
});

afterEach(() => database.destroy());

async function poll(
  since: number,
  current: number,
  ...apps: [id: number, changeNumber: number][]
): Promise<void> {
  const changes = apps.map(([id, changeNumber]) => ({ id, changeNumber, needsToken: false }));
  await recordPoll(database, { since, current, apps: changes, packages: [] });
}

async function store(appid: number, name: string | null, changeNumber: number, type = 'game'): Promise<void> {
  await database.insertInto('apps').values({ appid, name, type, picsAccess: 'public' }).execute();
  await sql`
    insert into pics_app_ledger (id, stored_change_number, wanted_change_number, settled_change_number)
    values (${appid}, ${changeNumber}, ${changeNumber}, ${changeNumber})
    on conflict (id) do update set stored_change_number = excluded.stored_change_number,
      settled_change_number = excluded.settled_change_number, batch_id = null
  `.execute(database);
}

async function fail(appid: number, error: string, minutesAgo: number): Promise<void> {
  await sql`
    insert into pics_app_ledger (id, wanted_change_number, failed_at, last_error)
    values (${appid}, 1, now() - make_interval(mins => ${minutesAgo}), ${error})
  `.execute(database);
}

describe('the feed', () => {
  test('is behind nothing before the first poll, and when every change is stored', async () => {
    expect(await getFeed(database)).toMatchObject({
      changeNumber: null,
      changesBehind: 0,
      behindSince: null,
    });
    await startCursor(database, 100);
    await poll(100, 110, [440, 105]);
    await store(440, 'Team Fortress 2', 105);
    expect(await getFeed(database)).toMatchObject({ changeNumber: 110, changesBehind: 0, behindSince: null });
  });

  test('is behind from the oldest change that is not stored, also while that is in flight', async () => {
    await startCursor(database, 100);
    await poll(100, 120, [440, 105], [570, 118]);
    const behind = { changesBehind: 16, behindSince: expect.any(Date) };
    expect(await getFeed(database)).toMatchObject(behind);
    await claimBatch(database, { size: 10 });
    expect(await getFeed(database)).toMatchObject(behind);
    await store(440, 'Team Fortress 2', 105);
    expect(await getFeed(database)).toMatchObject({ changesBehind: 3 });
  });

  test('does not count what is being retried, waiting or in flight: that stands beside it', async () => {
    await startCursor(database, 100);
    await poll(100, 120, [440, 105], [570, 118]);
    await claimBatch(database, { size: 10 });
    await sql`update pics_app_ledger set batch_id = null, attempts = 1 where id = 440`.execute(database);
    expect(await getFeed(database)).toMatchObject({ changesBehind: 3, behindSince: expect.any(Date) });
    await sql`update pics_app_ledger set batch_id = 'again', attempts = 1`.execute(database);
    expect(await getFeed(database)).toMatchObject({ changesBehind: 0, behindSince: null });
  });

  test('counts neither a backlog nor what failed nor what is fetched once more', async () => {
    await startCursor(database, 100);
    await sql`insert into pics_app_ledger (id, wanted_change_number) select generate_series(1, 50), 0`.execute(
      database,
    );
    await poll(100, 110, [440, 105], [570, 106]);
    await store(440, 'Team Fortress 2', 105);
    await sql`update pics_app_ledger set settled_change_number = null where id = 440`.execute(database);
    await sql`update pics_app_ledger set failed_at = now() where id = 570`.execute(database);
    expect(await getFeed(database)).toMatchObject({ changesBehind: 0, behindSince: null });
  });
});

test('the latest changes come newest first, with the names of the apps and the outcome of each', async () => {
  await startCursor(database, 100);
  await poll(100, 110, [10, 101], [20, 102], [30, 103], [40, 104]);
  await claimBatch(database, { size: 10 });
  await store(10, 'Counter-Strike', 101);
  await sql`update pics_app_ledger set settled_change_number = 102, batch_id = null where id = 20`.execute(
    database,
  );
  await sql`update pics_app_ledger set failed_at = now(), batch_id = null where id = 30`.execute(database);
  await poll(110, 120, [10, 115]);
  const changes = await getLatestChanges(database, 4);
  expect(
    changes.map(({ changeNumber, appid, name, outcome }) => [changeNumber, appid, name, outcome]),
  ).toEqual([
    [115, 10, 'Counter-Strike', 'wanted'],
    [104, 40, null, 'in flight'],
    [103, 30, null, 'failed'],
    [102, 20, null, 'unknown'],
  ]);
});

test('changes are listed from a number, or from a time on', async () => {
  await startCursor(database, 100);
  await poll(100, 110, [10, 101], [20, 102]);
  await sql`update pics_changes set seen_at = '2026-01-01T12:00Z'`.execute(database);
  await poll(110, 120, [30, 111]);
  await sql`update pics_changes set seen_at = '2026-01-02T12:00Z' where id = 30`.execute(database);
  const appidsFrom = async (start: ChangesStart, limit = 9) =>
    (await getLatestChanges(database, limit, start)).map(({ appid }) => appid);
  expect(await appidsFrom({ after: 101 })).toEqual([30, 20]);
  expect(await appidsFrom({ after: 101 }, 1)).toEqual([30]);
  expect(await appidsFrom({ from: new Date('2026-01-02T12:00Z') })).toEqual([30]);
  expect(await appidsFrom({ from: new Date('2026-01-01T12:00Z') })).toEqual([30, 20, 10]);
});

test('scans come newest first, and an unfinished one has its last id', async () => {
  await startScan(database, { reason: 'discovery', knownOnly: false });
  await sql`update pics_scans set finished_at = now()`.execute(database);
  await startScan(database, { reason: 'gap', knownOnly: true });
  await store(440, 'Team Fortress 2', 105);
  const scans = await getScans(database, 10);
  expect(scans.map(({ reason, lastAppid }) => [reason, lastAppid])).toEqual([
    ['gap', 1_440],
    ['discovery', null],
  ]);
});

test('a list of changes since a position is read to its end without a gap, also within one change number', async () => {
  await startCursor(database, 100);
  await poll(100, 120, [440, 105], [570, 105], [730, 105], [10, 118]);
  const read = async (position: ChangePosition) =>
    (await listChangesSince(database, position, 2)).map(({ changeNumber, appid }) => [changeNumber, appid]);
  expect(await read({ changeNumber: 104 })).toEqual([
    [105, 440],
    [105, 570],
  ]);
  expect(await read({ changeNumber: 105, appid: 570 })).toEqual([
    [105, 730],
    [118, 10],
  ]);
  expect(await read({ changeNumber: 105 })).toEqual([[118, 10]]);
  expect(await read({ changeNumber: 118, appid: 10 })).toEqual([]);
});

describe('failures', () => {
  beforeEach(async () => {
    await fail(10, 'KeyValuesError: cut off at 120', 30);
    await fail(20, 'KeyValuesError: cut off at 7', 10);
    await fail(30, 'NoResponse: Steam did not answer in time', 5);
    await database.insertInto('apps').values({ appid: 20, name: 'Twenty' }).execute();
  });

  test('are grouped by their reason, whatever numbers are in it, the largest group first', async () => {
    const groups = await groupFailures(database, 10);
    expect(groups.map(({ error, apps }) => [error, apps])).toEqual([
      ['KeyValuesError: cut off at #', 2],
      ['NoResponse: Steam did not answer in time', 1],
    ]);
    expect(groups[0]?.examples).toEqual([
      { appid: 20, name: 'Twenty' },
      { appid: 10, name: null },
    ]);
    expect(groups[0]?.firstFailedAt.getTime()).toBeLessThan(groups[0]?.lastFailedAt.getTime() ?? 0);
  });

  test('are grouped whatever bytes are in their reason', async () => {
    const reason = (bytes: string) =>
      `22P05: character with byte sequence ${bytes} in encoding "UTF8" has no equivalent in encoding "LATIN1"`;
    await fail(40, reason('0xe2 0x84 0xa2'), 4);
    await fail(50, reason('0xC5 0x8d'), 3);
    await fail(60, reason('0xe3 0x82 0xab 0xe3'), 2);
    const [group] = await groupFailures(database, 1);
    expect(group).toMatchObject({ error: reason('#').replaceAll(/\d+/g, '#'), apps: 3 });
    expect(await findFailedApps(database, group?.error ?? '')).toEqual([40, 50, 60]);
  });

  test('are listed one by one, the latest first', async () => {
    const failures = await getFailures(database, 2);
    expect(failures.map(({ appid, name, error }) => [appid, name, error])).toEqual([
      [30, null, 'NoResponse: Steam did not answer in time'],
      [20, 'Twenty', 'KeyValuesError: cut off at 7'],
    ]);
  });

  test('of one group are found by its reason', async () => {
    expect(await findFailedApps(database, 'KeyValuesError: cut off at #')).toEqual([10, 20]);
    expect(await findFailedApps(database, 'KeyValuesError: cut off at 7')).toEqual([]);
  });
});

describe('the details of an app', () => {
  test('contain its rows, its row in the ledger and its changes', async () => {
    await startCursor(database, 100);
    await store(220, 'Half-Life 2', 105);
    await sql`insert into apps (appid, name) values (380, 'Episode One')`.execute(database);
    await sql`update apps set parent_appid = 380 where appid = 220`.execute(database);
    await sql`insert into developers (name) values ('Valve')`.execute(database);
    await sql`insert into app_developers select 220, id from developers`.execute(database);
    await sql`insert into steam_tags values (1663, 'FPS'), (7, null)`.execute(database);
    await sql`insert into app_steam_tags values (220, 7, 2), (220, 1663, 1)`.execute(database);
    await sql`insert into app_dlc values (220, 380), (220, 999)`.execute(database);
    await sql`insert into apps (appid, name, type, parent_appid) values (340, 'Lost Coast', 'dlc', 220), (320, 'Deathmatch', 'game', 220)`.execute(
      database,
    );
    await sql`update apps set content_descriptors = '[2, 99]' where appid = 220`.execute(database);
    await sql`insert into app_steam_deck (appid, tests) values (220,
      '[{"display": "4", "token": "#SteamDeckVerified_TestResult_InterfaceTextIsLegible"}]')`.execute(
      database,
    );
    await poll(100, 110, [220, 105]);
    expect(await findApp(database, 220)).toMatchObject({
      app: { name: 'Half-Life 2' },
      contentDescriptors: ['Frequent Violence or Gore', '99'],
      deckTests: ['In-game interface text is legible on Steam Deck'],
      ledger: { picsChangeNumber: 105 },
      parent: { id: 380, name: 'Episode One' },
      developers: ['Valve'],
      tags: [
        { id: 1663, name: 'FPS' },
        { id: 7, name: null },
      ],
      dlc: [
        { id: 340, name: 'Lost Coast' },
        { id: 380, name: 'Episode One' },
        { id: 999, name: null },
      ],
      changes: [{ changeNumber: 105 }],
    });
  });

  test('exist for an app that is only wanted, and not for an unknown one', async () => {
    await startCursor(database, 100);
    await poll(100, 110, [220, 105]);
    expect(await findApp(database, 220)).toMatchObject({
      app: undefined,
      ledger: { wantedChangeNumber: 105 },
    });
    expect(await findApp(database, 221)).toBeUndefined();
  });
});
