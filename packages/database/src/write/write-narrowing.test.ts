import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { readStoredApps } from '../../../../test/support/stored-apps.ts';
import { connectDatabase } from '../connection/connect-database.ts';
import { fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { releaseBatches } from '../ledger/release-batches.ts';
import { writeBatch } from './write-batch.ts';

/** An SQL editor in which somebody has begun a transaction. */
async function openEditor(url: string) {
  const editor = new Client({ connectionString: url, application_name: 'psql' });
  await editor.connect();
  closeAtEnd('editor', () => editor.end());
  await editor.query('begin');
  const { rows } = await editor.query<{ pid: number }>('select pg_backend_pid() as pid');
  return { editor, pid: rows[0]?.pid };
}

const APPIDS = Array.from({ length: 30 }, (_, index) => index + 1);
const inFlight = { wantedChangeNumber: 900, batchId: 'b' };

/** A database in which these apps are stored and a newer version of each is on its way. */
async function databaseWithBatch() {
  const { url, db } = await freshDatabase();
  await writeBatch(db, writeJob({ records: APPIDS.map((appid) => fullRecord(appid, 800)) }));
  await db.updateTable('picsAppLedger').set(inFlight).execute();
  const job = writeJob({ records: APPIDS.map((appid) => recordWith(appid, 900, { name: 'New' })) });
  return { url, db, job };
}

async function namesOf(db: Awaited<ReturnType<typeof databaseWithBatch>>['db'], name: string) {
  const apps = await db
    .selectFrom('apps')
    .select('appid')
    .where('name', '=', name)
    .orderBy('appid')
    .execute();
  return apps.map(({ appid }) => appid);
}

describe("somebody else's open transaction", () => {
  test('that holds two apps lets all others of their batch through, and leaves the two pending with its name and no attempt', async () => {
    const { url, db, job } = await databaseWithBatch();
    const { editor, pid } = await openEditor(url);
    await editor.query(`update apps set name = 'Mine' where appid in (7, 20)`);
    const postponed: [string, readonly number[]][] = [];
    const counts = await writeBatch(db, job, { onPostponed: (...args) => postponed.push(args) });
    expect(counts).toMatchObject({ changed: 28, failed: 0, unsettled: 2 });
    expect(await namesOf(db, 'New')).toEqual(APPIDS.filter((appid) => appid !== 7 && appid !== 20));

    const reason = new RegExp(
      `^LockHeld: held by pid ${pid}, application psql, since [-\\d]+ [:\\d]+ UTC: idle in transaction$`,
    );
    for (const appid of [7, 20]) {
      expect(await readLedger(db, appid)).toMatchObject({
        batchId: null,
        attempts: 0,
        failedAt: null,
        settledChangeNumber: 1_000,
        lastError: expect.stringMatching(reason),
        notBefore: expect.any(Date),
      });
    }
    expect(postponed).toEqual([
      [expect.stringMatching(reason), [7]],
      [expect.stringMatching(reason), [20]],
    ]);

    await editor.query('rollback');
    await db.updateTable('picsAppLedger').set({ batchId: 'b' }).where('id', 'in', [7, 20]).execute();
    expect(await writeBatch(db, job)).toMatchObject({ changed: 2 });
    expect(await readLedger(db, 7)).toMatchObject({ lastError: null, notBefore: null });
  });

  test('that holds rows of the ledger leaves their apps in flight, and the producer releases the rest of a lost batch', async () => {
    const { url, db, job } = await databaseWithBatch();
    const { editor } = await openEditor(url);
    await editor.query('select from pics_app_ledger where id in (7, 20) for update');
    expect(await writeBatch(db, job)).toMatchObject({ changed: 28, failed: 0, unsettled: 2 });
    expect(await readLedger(db, 7)).toMatchObject({ batchId: 'b', attempts: 0 });

    await insertLedger(db, { id: 99, ...inFlight });
    expect(await releaseBatches(db, ['b'], { counts: false })).toBe(1);
    await editor.query('rollback');
    expect(await releaseBatches(db, ['b'], { counts: false })).toBe(2);
  });

  test('that adds an app or a name, or holds a row of another table, keeps only the apps that need it waiting', async () => {
    const { url, db } = await freshDatabase();
    await writeBatch(db, writeJob({ records: [fullRecord(1, 800)] }));
    await insertLedger(db, ...[2, 3, 4, 5].map((id) => ({ id, ...inFlight })));
    await db.updateTable('picsAppLedger').set(inFlight).execute();
    const { editor } = await openEditor(url);
    await editor.query(`insert into developers (name) values ('Somebody new')`);
    await editor.query(`insert into apps (appid) values (3)`);
    await editor.query(`update app_steam_deck set category = 1 where appid = 1`);
    const job = writeJob({
      records: [
        recordWith(1, 900, { deck: null }),
        fullRecord(2, 900, { developers: ['Somebody new'] }),
        fullRecord(3, 900),
        fullRecord(4, 900),
        fullRecord(5, 900),
      ],
    });
    expect(await writeBatch(db, job)).toMatchObject({ added: 2, failed: 0, unsettled: 3 });
    expect(
      (await db.selectFrom('apps').select('appid').orderBy('appid').execute()).map((row) => row.appid),
    ).toEqual([1, 4, 5]);
    for (const appid of [1, 2, 3]) {
      expect(await readLedger(db, appid)).toMatchObject({
        batchId: null,
        attempts: 0,
        lastError: expect.stringContaining('application psql'),
      });
    }
    await editor.query('rollback');
  });

  test('that locks a table of names lets the apps through that need no name', async () => {
    const { url, db } = await freshDatabase();
    await insertLedger(db, ...[1, 2].map((id) => ({ id, ...inFlight })));
    const { editor } = await openEditor(url);
    await editor.query('lock table developers');
    const job = writeJob({ records: [fullRecord(1, 900), fullRecord(2, 900, { developers: [] })] });
    expect(await writeBatch(db, job)).toMatchObject({ failed: 0, unsettled: 1 });
    expect(await readLedger(db, 1)).toMatchObject({
      lastError: expect.stringContaining('psql'),
      attempts: 0,
    });
    await editor.query('rollback');
  });
});

describe('a write that is too slow', () => {
  test('costs an attempt of the app that makes it slow, and the others of its batch are written', async () => {
    const { url, db } = await freshDatabase();
    await insertLedger(db, ...APPIDS.map((id) => ({ id, ...inFlight })));
    await sql`create function slow() returns trigger language plpgsql as
      'begin if new.appid = 7 then perform pg_sleep(600); end if; return new; end'`.execute(db);
    await sql`create trigger slow after insert on apps for each row execute function slow()`.execute(db);
    const impatient = connectDatabase(url, {
      maxConnections: 2,
      applicationName: 'test',
      statementTimeoutMs: 500,
    });
    const job = writeJob({ records: APPIDS.map((appid) => fullRecord(appid, 900)) });
    expect(await writeBatch(impatient, job)).toMatchObject({ added: 29, failed: 0, unsettled: 1 });
    await impatient.destroy();
    expect((await readStoredApps(db)).has(7)).toBe(false);
    expect(await readLedger(db, 7)).toMatchObject({
      batchId: null,
      attempts: 1,
      failedAt: null,
      lastError: expect.stringMatching(/^WriteTooSlow: .*longer than a statement may take \(57014\)$/),
    });
  });
});
