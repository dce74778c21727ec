import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { findDatabaseBlocker } from '../connection/find-database-blocker.ts';
import { markWanted } from '../ledger/apps/mark-wanted.ts';
import { findPendingMigrations, migrateToLatest } from './migrate-to-latest.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { somebodyWaits } from '../testing/support/somebody-waits.ts';
import { writeBatch } from '../write/write-batch.ts';

async function run(db: Database, statements: string) {
  await sql.raw(statements).execute(db);
}

/** "table.column" → type, of everything in `public`. */
async function columnTypes(db: Database): Promise<Record<string, string>> {
  const columns = await sql<{ name: string; type: string }>`
    select format('%s.%s', table_name, column_name) as name, data_type as type
    from information_schema.columns where table_schema = 'public'
  `.execute(db);
  return Object.fromEntries(columns.rows.map(({ name, type }) => [name, type]));
}

const LEDGER_COLUMNS =
  'id integer, wanted_change_number bigint, settled_change_number bigint, stored_change_number bigint, ' +
  'batch_id text, dispatched_at timestamptz, attempts integer, stale_answers integer, not_before timestamptz, ' +
  'failed_at timestamptz, last_error text, access_token text, token_asked_at timestamptz';

/** The lock that a migrating process holds until its transaction ends. */
const MIGRATION_LOCK = sql`select pg_advisory_xact_lock(3853314791062309107)`;

describe('migrateToLatest', () => {
  test('waits for another process that migrates, for longer than anything else waits for a lock', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    const other = await openDatabase(url).startTransaction().execute();
    await MIGRATION_LOCK.execute(other);
    const migrating = migrateToLatest(url);
    await somebodyWaits(db);
    await sql`select pg_sleep(4)`.execute(other);
    await other.commit().execute();
    expect((await migrating).length).toBeGreaterThan(3);
  });

  test('leaves the migrations of a newer version alone, so that a version can be gone back to', async () => {
    const { url, db } = await freshDatabase();
    await run(db, `insert into pics_migrations values ('99990101000000_newer', now()::text)`);
    expect(await migrateToLatest(url)).toEqual([]);
    expect(await findPendingMigrations(db)).toEqual([]);
  });

  test('creates every table and column of the contract', async () => {
    const { db } = await freshDatabase();
    const types = await columnTypes(db);
    const contract = {
      apps:
        'appid integer, name text, type text, is_free boolean, controller_support text, pics_review_score smallint, ' +
        'pics_review_percentage smallint, metacritic_score smallint, metacritic_url text, platforms text, ' +
        'release_state text, parent_appid integer, homepage_url text, app_state text, ' +
        'last_content_update timestamptz, current_build_id text, content_descriptors jsonb, languages jsonb, ' +
        'steam_release_date timestamptz, original_release_date timestamptz, pics_access text, ' +
        'created_at timestamptz, updated_at timestamptz',
      steam_tags: 'tag_id integer, name text',
      steam_genres: 'genre_id integer, name text',
      steam_categories: 'category_id integer, name text',
      franchises: 'id integer, name text',
      developers: 'id integer, name text',
      publishers: 'id integer, name text',
      app_steam_tags: 'appid integer, tag_id integer, rank smallint',
      app_genres: 'appid integer, genre_id integer, is_primary boolean',
      app_categories: 'appid integer, category_id integer',
      app_franchises: 'appid integer, franchise_id integer',
      app_developers: 'appid integer, developer_id integer',
      app_publishers: 'appid integer, publisher_id integer',
      app_dlc: 'appid integer, dlc_appid integer',
      app_steam_deck:
        'appid integer, category smallint, status text, test_timestamp timestamptz, tested_build_id text, ' +
        'steamos_compatibility smallint, tests jsonb, configuration jsonb',
      sync_status: 'appid integer, last_pics_sync timestamptz, pics_change_number bigint',
      pics_app_ledger: LEDGER_COLUMNS,
      pics_package_ledger: LEDGER_COLUMNS,
      pics_changes: 'change_number bigint, kind text, id integer, needs_token boolean, seen_at timestamptz',
      pics_state: 'last_change_number bigint, updated_at timestamptz',
    };
    const expected = Object.entries(contract).flatMap(([table, columns]) =>
      columns.split(', ').map((column) => {
        const [name, type = ''] = column.split(' ');
        return [`${table}.${name}`, type.replace('timestamptz', 'timestamp with time zone')];
      }),
    );
    expect(types).toMatchObject(Object.fromEntries(expected));
  });

  test('inserts the names of genres and categories', async () => {
    const { db } = await freshDatabase();
    const genre = db.selectFrom('steamGenres').select('name').where('genreId', '=', 23);
    const category = db.selectFrom('steamCategories').select('name').where('categoryId', '=', 22);
    expect(await genre.executeTakeFirst()).toEqual({ name: 'Indie' });
    expect(await category.executeTakeFirst()).toEqual({ name: 'Steam Achievements' });
  });

  test('enables row level security on every table it creates', async () => {
    const { db } = await freshDatabase();
    const open = await sql<{ relname: string }>`
      select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and not relrowsecurity
    `.execute(db);
    expect(open.rows).toEqual([]);
  });

  test('does nothing the second time', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    expect(await findDatabaseBlocker(db)).toMatch('npm run migrate');
    expect((await migrateToLatest(url)).length).toBeGreaterThan(0);
    expect(await migrateToLatest(url)).toEqual([]);
    expect(await findDatabaseBlocker(db)).toBeUndefined();
  });

  test('applies a migration whose name comes before those that the database has already', async () => {
    const { url, db } = await freshDatabase();
    const name = '20261129150600_comments';
    await sql`delete from pics_migrations where name = ${name}`.execute(db);
    expect(await migrateToLatest(url)).toEqual([name]);
  });

  test('migrates once when three processes migrate at the same time', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    const taken = await Promise.all([migrateToLatest(url), migrateToLatest(url), migrateToLatest(url)]);
    expect(taken.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await db.selectFrom('picsState').select('lastChangeNumber').execute()).toEqual([
      { lastChangeNumber: null },
    ]);
  });

  test.for([
    `create table sync_status (appid integer primary key, wanted_change_number bigint, batch_id text)`,
    `create table pics_migrations (name varchar(255) primary key, timestamp varchar(255));
     insert into pics_migrations values ('20261122120000_check_existing_tables', '2026-11-22')`,
  ])(
    'refuses a database from before the first release and says to start with a new one (%s)',
    async (tables) => {
      const { url, db } = await freshDatabase({ migrated: false });
      await run(db, tables);
      const before = await columnTypes(db);
      await expect(migrateToLatest(url)).rejects.toThrow('start with a new, empty database');
      expect(await columnTypes(db)).toEqual(before);
    },
  );
});

/** A catalogue of somebody else: with an enum, extra columns, foreign keys and policies. */
const EXISTING_CATALOGUE = `
  create type app_type as enum ('game', 'dlc');
  create table apps (
    appid integer primary key,
    name varchar(80) not null,
    type app_type not null default 'game',
    slug text not null,
    is_free boolean not null default false,
    parent_appid integer references apps (appid),
    created_at timestamp not null default now(),
    updated_at timestamp not null default now()
  );
  alter table apps enable row level security;
  create policy readers on apps for select using (true);
  create table prices (appid integer references apps (appid), cents integer);
  create table developers (id serial primary key, name text not null unique, normalized_name text not null);
  create table app_developers (
    appid integer references apps (appid) on delete cascade,
    developer_id integer references developers (id),
    primary key (appid, developer_id)
  );
  create table sync_status (appid integer primary key references apps (appid), last_price_sync timestamptz);
  insert into apps (appid, name, slug) values (440, 'Old Name', 'old-name'), (570, 'Kept', 'kept');
  insert into prices values (440, 999);
  insert into developers (name, normalized_name) values ('Studio Gull', 'studio gull');
  insert into app_developers values (440, 1);
  insert into sync_status values (440, now());
  create function get_apps_for_sync(p_source text, p_limit integer) returns setof integer
    language sql as 'select 1 limit p_limit';
`;

describe('migrateToLatest on an existing catalogue', () => {
  test('keeps its rows, columns, policies and functions', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    await run(db, EXISTING_CATALOGUE);
    const { rows: before } = await sql`select * from apps join prices using (appid)`.execute(db);
    await migrateToLatest(url);
    const { rows: after } = await sql`select * from apps join prices using (appid)`.execute(db);
    expect(after).toEqual(before.map((row) => expect.objectContaining(row as object)));
    expect((await sql`select * from apps where appid = 570 and slug = 'kept'`.execute(db)).rows).toHaveLength(
      1,
    );
    const policies = await sql`select policyname, roles from pg_policies where tablename = 'apps'`.execute(
      db,
    );
    expect(policies.rows).toEqual([
      { policyname: 'readers', roles: '{public}' },
      // A role that nobody has before pics reader creates one.
      { policyname: 'pics_reader', roles: '{pics_reader}' },
    ]);
    expect((await sql`select get_apps_for_sync('prices', 5)`.execute(db)).rows).toEqual([
      { getAppsForSync: 1 },
    ]);
    const secured = await sql<{ relname: string }>`
      select relname from pg_class where relname in ('prices', 'developers', 'sync_status') and relrowsecurity
    `.execute(db);
    expect(secured.rows).toEqual([]);
  });

  test('names required columns that nothing fills, for new rows fail until they have a default', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    await run(db, EXISTING_CATALOGUE);
    const notices: string[] = [];
    await migrateToLatest(url, { onNotice: (message) => notices.push(message) });
    expect(notices).toEqual([
      'apps.slug is required and is not filled here: new rows fail until it has a default (alter table apps alter column slug set default …)',
    ]);
  });

  test('lets all of its apps be wanted', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    await run(db, EXISTING_CATALOGUE);
    await migrateToLatest(url);
    expect(await markWanted(db, { all: true })).toBe(2);
  });

  test('accepts a bigint appid and a missing primary key', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    await run(
      db,
      `create table apps (appid bigint, name text, type text); insert into apps values (440, 'Old', 'game')`,
    );
    await migrateToLatest(url);
    await writeBatch(db, writeJob({ records: [fullRecord(440, 900), fullRecord(570, 900)] }));
    expect((await sql`select appid, name from apps order by appid`.execute(db)).rows).toEqual([
      { appid: 440, name: 'Rainy Lighthouse' },
      { appid: 570, name: 'Rainy Lighthouse' },
    ]);
    await expect(run(db, 'insert into apps (appid) values (440)')).rejects.toThrow('unique');
  });

  test('lists every incompatibility and changes nothing', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    await run(
      db,
      `create table apps (appid text primary key, name text, languages text[]);
       create view steam_tags as select 1 as tag_id;
       create table app_franchises (game integer, franchise_id integer, primary key (game, franchise_id));
       create type deck as enum ('good', 'bad');
       create table app_steam_deck (appid integer primary key, category deck)`,
    );
    const before = await columnTypes(db);
    await expect(migrateToLatest(url)).rejects.toThrow(
      /nothing was changed: app_franchises\.game belongs to the primary key.*; app_steam_deck\.category is of type deck.*; apps\.appid is of type text, where integer is needed: .*; apps\.languages is of type text\[\].*; steam_tags exists and is not a table/,
    );
    const after = await columnTypes(db);
    expect(
      Object.fromEntries(Object.entries(after).filter(([name]) => !name.startsWith('pics_migrations'))),
    ).toEqual(before);
  });

  test('explains what to do about repeated appids', async () => {
    const { url, db } = await freshDatabase({ migrated: false });
    await run(db, 'create table apps (appid integer, name text); insert into apps values (440), (440)');
    await expect(migrateToLatest(url)).rejects.toThrow(
      'apps holds rows with the same appid: remove the repeats',
    );
  });
});

describe('get_apps_for_sync', () => {
  test('returns what is due, the newest first, and nothing that is settled, in flight, failed or delayed', async () => {
    const { db } = await freshDatabase();
    await run(
      db,
      `insert into pics_app_ledger
         (id, wanted_change_number, settled_change_number, batch_id, failed_at, attempts, not_before) values
         (1, 10, null, null, null, 0, null), (2, 30, 20, null, null, 0, null), (3, 30, 30, null, null, 0, null),
         (4, 40, null, 'b', null, 0, null), (5, 50, null, null, now(), 3, null),
         (6, 60, null, null, null, 1, now() + interval '1 hour'), (7, 20, null, null, null, 1, now() - interval '1 s')`,
    );
    const due = (limit: number) =>
      sql<{ appid: number }>`select appid from get_apps_for_sync('pics', ${limit})`.execute(db);
    expect((await due(10)).rows.map((row) => row.appid)).toEqual([2, 7, 1]);
    expect((await due(2)).rows.map((row) => row.appid)).toEqual([2, 7]);
  });

  test('refuses a source it does not know', async () => {
    const { db } = await freshDatabase();
    await expect(run(db, `select get_apps_for_sync('prices', 1)`)).rejects.toThrow("unknown source 'prices'");
  });
});
