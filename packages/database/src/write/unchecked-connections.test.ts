import type { AppRecord } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { closeAtEndOfFile } from '../../../../test/support/cleanup.ts';
import { applyRecords, readStoredApps } from '../../../../test/support/stored-apps.ts';
import type { Database } from '../connect-database.ts';
import { fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { somebodyWaits } from '../testing/support/somebody-waits.ts';
import { UncheckedConnections } from './unchecked-connections.ts';
import { writeBatch } from './write-batch.ts';

/** A database with a writer that checks foreign keys by itself where it can, and connections of somebody else. */
async function databaseToWriteTo() {
  const { db, url } = await freshDatabase();
  const unchecked = openUnchecked(url);
  return {
    url,
    db,
    unchecked,
    others: openDatabase(url),
    write: (...records: AppRecord[]) => writeBatch(db, writeJob({ records }), { unchecked }),
  };
}

function openUnchecked(url: string, onUseless?: (reason: string) => void): UncheckedConnections {
  const unchecked = new UncheckedConnections(url, { maxConnections: 2, applicationName: 'test' }, onUseless);
  closeAtEndOfFile('unchecked connections', () => unchecked.destroy());
  return unchecked;
}

/** What a write comes to that has to wait for somebody's change until it is committed. */
async function writeMeanwhile(
  others: Database,
  change: (other: Database) => Promise<unknown>,
  write: () => ReturnType<typeof writeBatch>,
) {
  const other = await others.startTransaction().execute();
  await change(other);
  const held = write();
  await somebodyWaits(others);
  await other.commit().execute();
  return held;
}

/** Passes when this app was stored for the first time, and no link points at nothing. */
async function expectAdded(db: Database, counts: Awaited<ReturnType<typeof writeBatch>>, record: AppRecord) {
  expect(counts).toMatchObject({ added: 1, failed: 0 });
  expect((await readStoredApps(db)).get(record.appid)).toEqual(applyRecords([record]));
  expect(await countOrphans(db)).toBe(0);
}

/** Whether these connections are used still: they are not once they were found to be of no use. */
async function isInUse(unchecked: UncheckedConnections): Promise<boolean> {
  return (await unchecked.try(() => Promise.resolve('used'))) === 'used';
}

/** Links that point at rows which are not there, for every foreign key. */
async function countOrphans(db: Database): Promise<number> {
  const { rows: keys } = await sql<{ child: string; column: string; parent: string; parentColumn: string }>`
    select conrelid::regclass::text as child, child.attname as column, confrelid::regclass::text as parent,
      parent.attname as parent_column
    from pg_constraint
      join pg_attribute as child on child.attrelid = conrelid and child.attnum = conkey[1]
      join pg_attribute as parent on parent.attrelid = confrelid and parent.attnum = confkey[1]
    where contype = 'f' and connamespace = 'public'::regnamespace
  `.execute(db);
  expect(keys.length).toBeGreaterThanOrEqual(14);
  let orphans = 0;
  for (const { child, column, parent, parentColumn } of keys) {
    const { rows } = await sql`
      select from ${sql.table(child)} as child
      where not exists (
        select from ${sql.table(parent)} as parent where ${sql.ref(`parent.${parentColumn}`)} = ${sql.ref(`child.${column}`)}
      )`.execute(db);
    orphans += rows.length;
  }
  return orphans;
}

describe('a write that checks foreign keys by itself', () => {
  const records = Array.from({ length: 100 }, (_, index) => fullRecord(1_000 + index, 900));

  /** How often a tag was looked up while these records were written. */
  async function countLookups(writeAll: (url: string, db: Database) => Promise<unknown>): Promise<number> {
    const { db, url } = await freshDatabase();
    await writeAll(url, db);
    const counts = async () => {
      const { rows } = await sql<{ inserted: number; lookups: number }>`
        select (select n_tup_ins from pg_stat_user_tables where relname = 'app_steam_tags') as inserted,
          (select idx_scan from pg_stat_user_tables where relname = 'steam_tags') as lookups`.execute(db);
      return rows[0];
    };
    // A connection tells what it did when it ends.
    await expect.poll(async () => (await counts())?.inserted, { timeout: 20_000 }).toBe(300);
    return (await counts())?.lookups ?? Number.NaN;
  }

  test('looks up what links point at once, and not once a link', async () => {
    const unchecked = await countLookups(async (url, db) => {
      const connections = new UncheckedConnections(url, { maxConnections: 1, applicationName: 'test' });
      await writeBatch(db, writeJob({ records }), { unchecked: connections });
      await connections.destroy();
    });
    const checked = await countLookups(async (url) => {
      const db = openDatabase(url);
      await writeBatch(db, writeJob({ records }));
      await db.destroy();
    });
    expect(checked).toBeGreaterThanOrEqual(300);
    expect(unchecked).toBeLessThan(20);
  });

  test('stores the same', async () => {
    const { db, write, unchecked } = await databaseToWriteTo();
    const first = [fullRecord(10, 900), recordWith(20, 900, { tagIds: [1, 2, 3], franchises: ['A', 'B'] })];
    const then = [
      fullRecord(10, 901, { developers: ['Nobody knew them'], publishers: [] }),
      recordWith(20, 901, { tagIds: [3, 4], deck: null, categoryIds: [77] }),
      fullRecord(30, 901),
    ];
    expect(await write(...first)).toMatchObject({ added: 2 });
    expect(await write(...then)).toMatchObject({ added: 1, changed: 2 });
    const stored = await readStoredApps(db);
    for (const appid of [10, 20, 30]) {
      const versions = [...first, ...then].filter((record) => record.appid === appid);
      expect(stored.get(appid)).toEqual(applyRecords(versions));
    }
    expect(await countOrphans(db)).toBe(0);
    expect(await isInUse(unchecked)).toBe(true);
  });
});

describe('what a link points at', () => {
  test('may be a developer that is removed at the same moment', async () => {
    const { db, write, others, unchecked } = await databaseToWriteTo();
    await write(fullRecord(10, 900));
    await db.deleteFrom('appDevelopers').execute();
    const record = fullRecord(20, 900);
    const remove = (other: Database) => other.deleteFrom('developers').execute();
    await expectAdded(db, await writeMeanwhile(others, remove, () => write(record)), record);
    expect(await isInUse(unchecked)).toBe(true);
  });

  test('may be a tag that is removed at the same moment', async () => {
    const { db, write, others } = await databaseToWriteTo();
    await write(fullRecord(10, 900));
    await db.deleteFrom('appSteamTags').execute();
    const record = fullRecord(20, 900);
    const remove = (other: Database) => other.deleteFrom('steamTags').where('tagId', '=', 19).execute();
    await expectAdded(db, await writeMeanwhile(others, remove, () => write(record)), record);
  });

  test('may be a tag that somebody adds at the same moment', async () => {
    const { db, write, others } = await databaseToWriteTo();
    const record = recordWith(20, 900, { tagIds: [987_654] });
    const add = (other: Database) =>
      other.insertInto('steamTags').values({ tagId: 987_654, name: 'Sudden' }).execute();
    await expectAdded(db, await writeMeanwhile(others, add, () => write(record)), record);
  });

  test('may be an app that is removed at the same moment', async () => {
    const { db, write, others } = await databaseToWriteTo();
    await write(recordWith(10, 900, { tagIds: [] }));
    const record = fullRecord(10, 901);
    const remove = (other: Database) => other.deleteFrom('apps').execute();
    await expectAdded(db, await writeMeanwhile(others, remove, () => write(record)), record);
  });

  test('cannot be removed while the write is under way', async () => {
    const { db, write, others } = await databaseToWriteTo();
    await write(fullRecord(10, 900));
    await db.insertInto('developers').values({ name: 'Studio Tern' }).execute();
    // The last thing that the write does is to remove the link to this tag.
    const other = await others.startTransaction().execute();
    await other.selectFrom('appSteamTags').where('tagId', '=', 19).forUpdate().execute();
    const held = write(
      recordWith(10, 901, { tagIds: [492, 21] }),
      fullRecord(20, 901, { developers: ['Studio Tern'] }),
    );
    await somebodyWaits(db);
    const removal = db.deleteFrom('developers').where('name', '=', 'Studio Tern').execute();
    const refusal = removal.then(
      () => 'none',
      (error: Error) => error.message,
    );
    await somebodyWaits(db, 2);
    await other.commit().execute();
    expect(await held).toMatchObject({ added: 1, changed: 1 });
    expect(await refusal).toContain('violates foreign key constraint');
    expect(await countOrphans(db)).toBe(0);
  });
});

describe('what somebody else wants to run with the rows', () => {
  const batch = Array.from({ length: 20 }, (_, index) => fullRecord(1_000 + index, 900));

  const NOTE = `
    create table audit (appid integer);
    create function note() returns trigger language plpgsql as
      'begin insert into audit values (new.appid); return new; end'`;

  test.each([
    { timing: 'after', state: 'enable', noted: 20 },
    { timing: 'after', state: 'enable always', noted: 20 },
    { timing: 'before', state: 'enable', noted: 20 },
    { timing: 'after', state: 'enable replica', noted: 0 },
    { timing: 'after', state: 'disable', noted: 0 },
  ])('is a trigger: $timing insert, $state runs for $noted rows', async ({ timing, state, noted }) => {
    const { db, write, unchecked } = await databaseToWriteTo();
    await sql.raw(NOTE).execute(db);
    await sql
      .raw(`create trigger note ${timing} insert on apps for each row execute function note()`)
      .execute(db);
    await sql.raw(`alter table apps ${state} trigger note`).execute(db);
    expect(await write(...batch)).toMatchObject({ added: 20, failed: 0 });
    expect((await sql`select from audit`.execute(db)).rows).toHaveLength(noted);
    expect(await isInUse(unchecked)).toBe(state === 'disable');
  });

  test('is a rule: Postgres refuses it as ever', async () => {
    const { db, write, unchecked } = await databaseToWriteTo();
    await sql.raw(NOTE).execute(db);
    await sql`create rule note as on insert to apps do also insert into audit values (new.appid)`.execute(db);
    await expect(write(...batch)).rejects.toThrow('DO ALSO rules are not supported');
    expect(await isInUse(unchecked)).toBe(false);
  });

  test('is a trigger that is created while the batch is under way: it runs', async () => {
    const { db, write, others } = await databaseToWriteTo();
    await write(fullRecord(10, 900));
    await sql.raw(NOTE).execute(db);
    const create = (other: Database) =>
      sql`create trigger note after insert on app_dlc for each row execute function note()`.execute(other);
    await writeMeanwhile(others, create, () => write(fullRecord(20, 900)));
    expect((await sql`select from audit`.execute(db)).rows).toHaveLength(2);
  });

  test('is a foreign key of a column that they added: it is checked', async () => {
    const { db, write } = await databaseToWriteTo();
    await sql`create table shelves (id integer primary key)`.execute(db);
    await sql`alter table apps add column shelf integer default 1`.execute(db);
    await sql`alter table apps add foreign key (shelf) references shelves (id)`.execute(db);
    expect(await write(fullRecord(10, 900))).toMatchObject({ added: 0, failed: 1 });
    await sql`insert into shelves values (1)`.execute(db);
    expect(await write(fullRecord(10, 901))).toMatchObject({ added: 1, failed: 0 });
  });

  test('is a table that points at links: what they delete is deleted there', async () => {
    const { db, write } = await databaseToWriteTo();
    await write(fullRecord(10, 900));
    await sql`create table deck_notes (appid integer references app_steam_deck (appid) on delete cascade)`.execute(
      db,
    );
    await sql`insert into deck_notes values (10)`.execute(db);
    await write(recordWith(10, 901, { deck: null }));
    expect((await sql`select from deck_notes`.execute(db)).rows).toEqual([]);
  });

  test('is a constraint that is checked at the end: it is checked', async () => {
    const { db, write } = await databaseToWriteTo();
    await sql`alter table apps add constraint one_name unique (name) deferrable initially deferred`.execute(
      db,
    );
    await write(fullRecord(10, 900));
    expect(await write(fullRecord(20, 900))).toMatchObject({ added: 0 });
    expect((await readStoredApps(db)).size).toBe(1);
  });

  test('is nothing, where tables of their own point at apps', async () => {
    const { db, write, unchecked } = await databaseToWriteTo();
    await sql`create table prices (appid integer references apps (appid), cents integer)`.execute(db);
    expect(await write(...batch)).toMatchObject({ added: 20 });
    expect(await isInUse(unchecked)).toBe(true);
  });
});

describe('whoever is no superuser', () => {
  test('writes where Postgres checks', async () => {
    const { db, url } = await freshDatabase();
    const user = new URL(url);
    user.username = `plain_${user.pathname.slice(1)}`;
    await sql`create role ${sql.ref(user.username)} login password ${sql.lit(user.password)}`.execute(db);
    closeAtEndOfFile('the role', async () => {
      await sql`drop owned by ${sql.ref(user.username)}`.execute(db);
      await sql`drop role ${sql.ref(user.username)}`.execute(db);
    });
    await sql`grant all on all tables in schema public to ${sql.ref(user.username)}`.execute(db);
    await sql`grant all on all sequences in schema public to ${sql.ref(user.username)}`.execute(db);
    await sql`alter role ${sql.ref(user.username)} bypassrls`.execute(db);
    const reasons: string[] = [];
    const unchecked = openUnchecked(user.href, (reason) => reasons.push(reason));
    const records = [fullRecord(10, 900)];
    expect(await writeBatch(openDatabase(user.href), writeJob({ records }), { unchecked })).toMatchObject({
      added: 1,
      failed: 0,
    });
    expect(await isInUse(unchecked)).toBe(false);
    expect(reasons).toEqual(['permission denied to set parameter "session_replication_role"']);
  });

  test('never connects through a pooler that shares its connections', async () => {
    expect(await isInUse(openUnchecked('postgres://localhost:6543/postgres'))).toBe(false);
  });
});
