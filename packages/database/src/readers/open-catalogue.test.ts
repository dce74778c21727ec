import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { addUser, urlOf } from '../testing/support/users.ts';
import { writeBatch } from '../write/write-batch.ts';
import { findBlindUsers } from './find-blind-users.ts';
import { CATALOGUE_TABLES } from '../read/catalogue-tables.ts';
import { openCatalogue } from './open-catalogue.ts';

let url: string;
let db: Database;

beforeEach(async () => {
  ({ url, db } = await freshDatabase());
});

/** The tables and views that a user sees rows of, sorted. */
async function readableBy(user: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and has_table_privilege(oid, 'select')
    order by 1
  `.execute(user);
  const counted = rows.map(async ({ name }) => {
    const found = await sql`select from ${sql.table(name)} limit 1`.execute(user);
    return found.rows.length > 0 ? [name] : [];
  });
  return (await Promise.all(counted)).flat();
}

/** A row in each table of history. */
async function addHistory(db: Database): Promise<void> {
  await sql`
    with event as (
      insert into pics_events (subject_id, type, kind, changes)
      values (440, 'app.changed', 'app', '{"name": {"old": "A", "new": "B"}}')
    ), version as (
      insert into app_versions (appid, change_number, last_change_number, seen_at, size, encoding, sha1, body)
      values (440, 800, 850, now(), 2, 'zstd', '', '')
    ), build as (
      insert into app_builds (appid, branch, build_id) values (440, 'public', '1')
    )
    insert into app_branches (appid, branch) values (440, 'public')
  `.execute(db);
}

test('a member of pics_reader reads every table and view of the catalogue, and none of the pipeline', async () => {
  await writeBatch(db, writeJob({ records: [fullRecord(440, 900)] }));
  await sql`insert into pics_changes (change_number, kind, id, needs_token) values (900, 'app', 440, false)`.execute(
    db,
  );
  await sql`insert into app_sections (appid, section, data) values (440, 'depots', '{}')`.execute(db);
  await sql`insert into app_documents (appid, part, change_number, sha1, size, body)
    values (440, 'full', 900, decode(repeat('00', 20), 'hex'), 1, '')`.execute(db);
  await addHistory(db);
  const reader = openDatabase(urlOf(await addUser(db, url, 'login in role pics_reader'), url));
  expect(await readableBy(reader)).toEqual([...CATALOGUE_TABLES].sort());
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and relname not like 'pics\_%'
    order by 1
  `.execute(db);
  expect([...CATALOGUE_TABLES].filter((name) => !name.startsWith('pics_')).sort()).toEqual(
    rows.map(({ name }) => name),
  );
});

test('a member of pics_reader changes nothing', async () => {
  const reader = openDatabase(urlOf(await addUser(db, url, 'login in role pics_reader'), url));
  for (const statement of [
    `insert into apps (appid) values (1)`,
    `update apps set name = 'x'`,
    `delete from apps`,
    `truncate apps`,
    `drop view app_details`,
    `select access_token from pics_app_ledger`,
  ]) {
    await expect(sql.raw(statement).execute(reader)).rejects.toThrow(/permission denied|must be owner/);
  }
});

test("what a host grants by default, such as Supabase's anon, shows no row", async () => {
  await writeBatch(db, writeJob({ records: [fullRecord(440, 900)] }));
  const anon = openDatabase(urlOf(await addUser(db, url), url));
  await sql`grant select on all tables in schema public to public`.execute(db);
  expect(await readableBy(anon)).toEqual([]);
});

test('opening again repairs what is missing, and several processes at once do it as well as one', async () => {
  await sql`drop policy pics_reader on apps`.execute(db);
  await sql`revoke select on steam_tags from pics_reader`.execute(db);
  expect(await Promise.all([openCatalogue(db), openCatalogue(db), openCatalogue(db)])).toEqual(
    Array.from({ length: 3 }),
  );
  await writeBatch(db, writeJob({ records: [fullRecord(440, 900)] }));
  const reader = openDatabase(urlOf(await addUser(db, url, 'login in role pics_reader'), url));
  expect(await readableBy(reader)).toEqual(expect.arrayContaining(['apps', 'steam_tags']));
});

test('leaves open tables open, and the policies of others as they are', async () => {
  await sql`drop policy pics_reader on steam_tags`.execute(db);
  await sql`alter table steam_tags disable row level security`.execute(db);
  await sql`create policy theirs on apps for select using (appid < 100)`.execute(db);
  await openCatalogue(db);
  const { rows } = await sql`
    select tablename, policyname from pg_policies where tablename in ('apps', 'steam_tags') order by 2
  `.execute(db);
  expect(rows).toEqual([
    { tablename: 'apps', policyname: 'pics_reader' },
    { tablename: 'apps', policyname: 'theirs' },
  ]);
});

test('finds the users whose permitted queries return nothing', async () => {
  const blind = await addUser(db, url);
  const seeing = await addUser(db, url, 'login in role pics_reader');
  const group = await addUser(db, url, 'nologin');
  await sql.raw(`grant select on apps, developers, app_details to ${blind}, ${seeing}, ${group}`).execute(db);
  const found = (await findBlindUsers(db)).filter(({ name }) => [blind, seeing, group].includes(name));
  expect(found).toEqual([{ name: blind, tables: ['apps', 'developers'] }]);

  await sql.raw(`grant pics_reader to ${blind}`).execute(db);
  expect((await findBlindUsers(db)).map(({ name }) => name)).not.toContain(blind);
});
