import { DatabaseUnavailable, type AppRecord } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { applyRecords, readStoredApps } from '../../../../test/support/stored-apps.ts';
import type { Database } from '../connection/connect-database.ts';
import { fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { somebodyWaits } from '../testing/support/somebody-waits.ts';
import { writeBatch } from './write-batch.ts';

async function write(db: Database, ...records: AppRecord[]) {
  return writeBatch(db, writeJob({ records }));
}

describe('the ledger after a batch', () => {
  test('says of each app what its outcome means for it', async () => {
    const { db } = await freshDatabase();
    const inFlight = { wantedChangeNumber: 900, batchId: 'b' };
    await insertLedger(
      db,
      ...[10, 20, 30, 40, 50].map((appid) => ({ id: appid, ...inFlight })),
      { id: 60, ...inFlight, wantedChangeNumber: 1_100 },
      { id: 70, wantedChangeNumber: 900, batchId: 'newer' },
    );
    const job = writeJob({
      records: [fullRecord(10, 950), fullRecord(60, 950), fullRecord(70, 950)],
      unknown: [20],
      failed: [{ appid: 30, error: 'KeyValuesError: torn' }],
      unanswered: [
        { appid: 40, reason: 'timeout', counts: true },
        { appid: 50, reason: 'disconnected', counts: false },
      ],
    });
    expect(await writeBatch(db, job)).toEqual({
      added: 3,
      changed: 0,
      unchanged: 0,
      removed: 0,
      failed: 1,
      unsettled: 2,
    });

    const free = { batchId: null, failedAt: null, attempts: 0, staleAnswers: 0, notBefore: null };
    expect(await readLedger(db, 10)).toMatchObject({
      ...free,
      settledChangeNumber: 1_000,
      storedChangeNumber: 950,
    });
    expect(await db.selectFrom('syncStatus').selectAll().orderBy('appid').execute()).toEqual(
      [10, 60, 70].map((appid) => ({ appid, lastPicsSync: expect.any(Date), picsChangeNumber: 950 })),
    );
    expect(await readLedger(db, 20)).toMatchObject({ ...free, settledChangeNumber: 1_000 });
    expect(await readLedger(db, 30)).toMatchObject({
      batchId: null,
      settledChangeNumber: null,
      failedAt: expect.any(Date),
      lastError: 'KeyValuesError: torn',
    });
    expect(await readLedger(db, 40)).toMatchObject({
      batchId: null,
      settledChangeNumber: null,
      attempts: 1,
      notBefore: expect.any(Date),
      failedAt: null,
    });
    expect(await readLedger(db, 50)).toMatchObject({ ...free, settledChangeNumber: null });
    expect(await readLedger(db, 60)).toMatchObject({
      ...free,
      settledChangeNumber: 1_000,
      wantedChangeNumber: 1_100,
    });
    expect(await readLedger(db, 70)).toMatchObject({ batchId: 'newer', settledChangeNumber: 1_000 });
  });

  test('forgets the failure of an app that settles', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, {
      id: 440,
      wantedChangeNumber: 900,
      failedAt: new Date(),
      lastError: 'Error: x',
      attempts: 3,
      staleAnswers: 2,
    });
    await write(db, fullRecord(440, 950));
    expect(await readLedger(db, 440)).toMatchObject({
      failedAt: null,
      lastError: null,
      attempts: 0,
      staleAnswers: 0,
    });
  });

  test('keeps an app pending whose response is older than announced, and stores the response all the same', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 440, wantedChangeNumber: 900, batchId: 'b' });
    expect(await write(db, fullRecord(440, 899))).toMatchObject({ added: 1, unsettled: 1 });
    expect(await readLedger(db, 440)).toMatchObject({
      settledChangeNumber: null,
      storedChangeNumber: 899,
      attempts: 0,
      staleAnswers: 1,
      notBefore: expect.any(Date),
      batchId: null,
    });
  });
});

describe('a row that Postgres refuses', () => {
  test('fails its app alone, with the reason, and the rest of its batch is written', async () => {
    const { db } = await freshDatabase();
    await sql`alter table apps add constraint no_dragons check (name not like '%dragon%')`.execute(db);
    await sql`alter table developers add constraint short check (length(name) < 50)`.execute(db);
    const records = Array.from({ length: 40 }, (_, index) => fullRecord(index, 900));
    records[7] = recordWith(7, 900, { name: 'Here be dragons' });
    records[20] = recordWith(20, 900, { name: 'NUL \0 byte' });
    records[21] = recordWith(21, 900, { franchises: ['NUL \0 byte'] });
    records[33] = fullRecord(33, 900, { developers: ['x'.repeat(50)] });
    records[34] = recordWith(34, 900, { reviewScore: 70_000 });
    records[35] = fullRecord(35, 900, { publishers: ['random name '.repeat(100_000)] });
    await insertLedger(
      db,
      ...records.map(({ appid }) => ({ id: appid, wantedChangeNumber: 900, batchId: 'b' })),
    );
    expect(await writeBatch(db, writeJob({ records, unknown: [41] }))).toMatchObject({
      added: 34,
      failed: 6,
    });

    const failed = await db
      .selectFrom('picsAppLedger')
      .select(['id', 'lastError', 'batchId', 'settledChangeNumber'])
      .where('failedAt', 'is not', null)
      .orderBy('id')
      .execute();
    expect(failed.map(({ id, lastError }) => [id, lastError])).toEqual([
      [7, expect.stringMatching(/^RowRefused: .*no_dragons.* \(23514\)$/)],
      [20, expect.stringMatching(/^RowRefused: .*UTF8.* \(22021\)$/)],
      [21, expect.stringMatching(/^RowRefused: .*UTF8.* \(22021\)$/)],
      [33, expect.stringMatching(/^RowRefused: .*short.* \(23514\)$/)],
      [34, expect.stringMatching(/^RowRefused: .*smallint.* \(22003\)$/)],
      [35, expect.stringMatching(/^RowRefused: .*index row.* \(54000\)$/)],
    ]);
    expect(
      failed.every(({ batchId, settledChangeNumber }) => batchId === null && settledChangeNumber === null),
    ).toBe(true);
    expect((await readStoredApps(db)).size).toBe(34);
  });

  test('leaves what is stored of its app as it was', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    await db.updateTable('picsAppLedger').set({ wantedChangeNumber: 1_010, batchId: 'b' }).execute();
    await write(db, recordWith(440, 1_010, { name: 'NUL \0', tagIds: [1] }));
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([fullRecord(440, 900)]));
    expect(await readLedger(db, 440)).toMatchObject({ storedChangeNumber: 900, failedAt: expect.any(Date) });
  });

  test('is none when another program inserts the same app at the same moment: its row is changed', async () => {
    const { db, url } = await freshDatabase();
    const others = openDatabase(url);
    const other = await others.startTransaction().execute();
    await other.insertInto('apps').values({ appid: 440, name: 'Theirs' }).execute();
    const writing = write(db, fullRecord(440, 900));
    await somebodyWaits(others);
    await other.commit().execute();
    expect(await writing).toMatchObject({ changed: 1, failed: 0 });
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([fullRecord(440, 900)]));
  });

  test('is not the fault of an app when the tables are missing', async () => {
    const { db } = await freshDatabase();
    await sql`alter table app_dlc rename to elsewhere`.execute(db);
    await expect(write(db, fullRecord(440, 900))).rejects.toThrow('app_dlc');
    await sql`alter table elsewhere rename to app_dlc`.execute(db);
    expect(await db.selectFrom('picsAppLedger').selectAll().execute()).toEqual([]);
  });
});

describe('several writers at once', () => {
  test('write overlapping batches without a deadlock, and the newest response of each app is stored', async () => {
    const { db } = await freshDatabase();
    const batch = (changeNumber: number, appids: number[]) =>
      appids.map((appid) =>
        recordWith(appid, changeNumber, {
          name: `At ${changeNumber}`,
          tagIds: [changeNumber, appid],
          franchises: [`F${appid % 7}`, `G${changeNumber}`],
        }),
      );
    const appids = Array.from({ length: 60 }, (_, index) => index);
    await Promise.all([
      write(db, ...batch(901, appids)),
      write(db, ...batch(902, appids.toReversed())),
      write(
        db,
        ...batch(
          903,
          appids.filter((appid) => appid % 2 === 0),
        ),
      ),
      write(db, ...batch(904, appids.filter((appid) => appid % 3 === 0).toReversed())),
    ]);
    const stored = await readStoredApps(db);
    for (const appid of appids) {
      const newest = appid % 3 === 0 ? 904 : appid % 2 === 0 ? 903 : 902;
      expect(stored.get(appid)).toEqual(applyRecords(batch(newest, [appid])));
    }
  });

  test('give the same new names the same ids', async () => {
    const { db } = await freshDatabase();
    const credits = Array.from({ length: 100 }, (_, index) => `Name ${index}`);
    await Promise.all(
      [credits, credits.toReversed(), credits.slice(30)].map((developers, index) =>
        write(db, fullRecord(index, 900, { developers })),
      ),
    );
    expect(await db.selectFrom('developers').selectAll().execute()).toHaveLength(100);
    expect(await db.selectFrom('appDevelopers').selectAll().execute()).toHaveLength(270);
  });

  test('do not wait for a new name while the writer that has it too waits for an app', async () => {
    const { db, url } = await freshDatabase();
    const others = openDatabase(url);
    const other = await others.startTransaction().execute();
    await other.insertInto('apps').values({ appid: 440 }).execute();
    const credits = { developers: ['Nobody knew them'], publishers: [] };
    const held = write(db, fullRecord(440, 900, credits));
    await somebodyWaits(others);
    // Without tags and the like, ids of which are new as well.
    const bare = recordWith(570, 900, { tagIds: [], genreIds: [], primaryGenreId: null, categoryIds: [] });
    expect(await write(db, { ...bare, ...credits })).toMatchObject({ added: 1 });
    await other.commit().execute();
    expect(await held).toMatchObject({ changed: 1 });
    expect(await db.selectFrom('developers').select('name').execute()).toEqual([
      { name: 'Nobody knew them' },
    ]);
  });

  test('wait for a name that another adds at the same moment, and use its row', async () => {
    const { db, url } = await freshDatabase();
    const adding = (other: Database) =>
      other.insertInto('developers').values({ name: 'Studio Gull' }).execute();
    expect(await writeMeanwhile(url, db, adding, fullRecord(440, 900))).toMatchObject({
      added: 1,
      failed: 0,
    });
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([fullRecord(440, 900)]));
    expect(await db.selectFrom('developers').select('name').execute()).toEqual([{ name: 'Studio Gull' }]);
  });
});

/** Writes this record while another program makes a change that it commits once the write waits for it. */
async function writeMeanwhile(
  url: string,
  db: Database,
  change: (other: Database) => Promise<unknown>,
  record: AppRecord,
) {
  const others = openDatabase(url);
  const other = await others.startTransaction().execute();
  await change(other);
  const writing = write(db, record);
  await somebodyWaits(others);
  await other.commit().execute();
  return writing;
}

describe('another program', () => {
  test.each<[string, (other: Database) => Promise<unknown>]>([
    ['removes a developer', (other) => other.deleteFrom('developers').execute()],
    ['removes a tag', (other) => other.deleteFrom('steamTags').where('tagId', '=', 19).execute()],
    [
      'adds a tag',
      (other) => other.insertInto('steamTags').values({ tagId: 987_654, name: 'New' }).execute(),
    ],
  ])('that %s while an app that has it is written fails neither', async (_, change) => {
    const { db, url } = await freshDatabase();
    await write(db, fullRecord(10, 900));
    await db.deleteFrom('appDevelopers').execute();
    await db.deleteFrom('appSteamTags').execute();
    const record = recordWith(20, 900, { tagIds: [19, 492, 987_654] });
    expect(await writeMeanwhile(url, db, change, record)).toMatchObject({ added: 1, failed: 0 });
    expect((await readStoredApps(db)).get(20)).toEqual(applyRecords([record]));
  });

  test('that removes an app while it is written fails neither', async () => {
    const { db, url } = await freshDatabase();
    await write(db, fullRecord(10, 900));
    const record = fullRecord(10, 901);
    const remove = (other: Database) => other.deleteFrom('apps').execute();
    expect(await writeMeanwhile(url, db, remove, record)).toMatchObject({ added: 1, failed: 0 });
    expect((await readStoredApps(db)).get(10)).toEqual(applyRecords([record]));
  });

  test('that waits for us while we wait for it goes on, and its app and ours are written', async () => {
    const { url, db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    const sync = await openDatabase(url).startTransaction().execute();
    await sql`insert into apps (appid, name) values (700, 'Theirs')`.execute(sync);
    const writing = write(db, recordWith(440, 910, { name: 'Ours' }), fullRecord(700, 900));
    await somebodyWaits(db);
    await sql`update apps set is_free = true where appid = 440`.execute(sync);
    await sync.commit().execute();
    expect(await writing).toMatchObject({ changed: 2, failed: 0, unsettled: 0 });
    expect((await readStoredApps(db)).get(440)?.common).toMatchObject({ name: 'Ours' });
  });

  test('has its triggers run for the rows that are written', async () => {
    const { db } = await freshDatabase();
    await sql`create table audit (appid integer)`.execute(db);
    await sql`create function note() returns trigger language plpgsql as
      'begin insert into audit values (new.appid); return new; end'`.execute(db);
    await sql`create trigger note after insert or update on apps for each row execute function note()`.execute(
      db,
    );
    await write(db, fullRecord(10, 900), fullRecord(20, 900));
    await write(db, fullRecord(10, 901), recordWith(20, 901, { name: 'Changed' }));
    expect((await sql`select * from audit order by 1`.execute(db)).rows).toEqual([
      { appid: 10 },
      { appid: 20 },
      { appid: 20 },
    ]);
  });
});

describe('a connection that is cut', () => {
  test('in the middle of a transaction leaves nothing half-written, and the job can run again', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 440, wantedChangeNumber: 900, batchId: 'b' });
    // The backend ends itself as the last table is written.
    await sql`create function cut() returns trigger language plpgsql as
      'begin perform pg_terminate_backend(pg_backend_pid()); return new; end'`.execute(db);
    await sql`create trigger cut after update on pics_app_ledger execute function cut()`.execute(db);
    await expect(write(db, fullRecord(440, 900), fullRecord(570, 900))).rejects.toThrow(DatabaseUnavailable);
    expect((await readStoredApps(db)).size).toBe(0);
    expect(await readLedger(db, 440)).toMatchObject({ batchId: 'b', settledChangeNumber: null, attempts: 0 });

    await sql`drop trigger cut on pics_app_ledger`.execute(db);
    expect(await write(db, fullRecord(440, 900), fullRecord(570, 900))).toMatchObject({ added: 2 });
  });
});
