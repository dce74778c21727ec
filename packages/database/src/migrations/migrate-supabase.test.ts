import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { countLedger } from '../read/measure-ledger.ts';
import { markWanted } from '../ledger/apps/mark-wanted.ts';
import { claimBatch } from '../ledger/apps/claim-batch.ts';
import { migrateToLatest } from './migrate-to-latest.ts';
import { emptyRecord, fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { writeBatch } from '../write/write-batch.ts';

/**
 * An existing catalogue at Supabase: created by its ordinary user `postgres`, with enums, foreign
 * keys, triggers, policies, and an earlier way of following PICS.
 */
const CATALOGUE = `
  create type app_type as enum ('game', 'dlc', 'demo', 'mod', 'video', 'hardware', 'music');
  create type sync_source as enum ('store', 'reviews', 'pics');
  create type steam_deck_category as enum ('unknown', 'unsupported', 'playable', 'verified');

  create table publishers (id serial primary key, name text unique not null, normalized_name text not null, game_count integer default 0);
  create table developers (id serial primary key, name text unique not null, normalized_name text not null, game_count integer default 0);
  create table franchises (id serial primary key, name text unique not null, normalized_name text not null);
  create table apps (
    appid integer primary key,
    name text not null,
    type app_type default 'game',
    is_free boolean default false,
    release_date date,
    current_price_cents integer,
    is_delisted boolean default false,
    platforms text,
    parent_appid integer references apps (appid) on delete set null,
    created_at timestamptz default now(),
    updated_at timestamptz default now()
  );
  create table app_developers (
    appid integer references apps (appid) on delete cascade,
    developer_id integer references developers (id) on delete cascade,
    primary key (appid, developer_id)
  );
  create table steam_tags (tag_id integer primary key, name text not null, created_at timestamptz default now());
  create table app_steam_tags (
    appid integer not null references apps (appid) on delete cascade,
    tag_id integer not null references steam_tags (tag_id) on delete cascade,
    rank integer,
    created_at timestamptz default now(),
    primary key (appid, tag_id)
  );
  create table app_steam_deck (
    appid integer primary key references apps (appid) on delete cascade,
    category steam_deck_category not null default 'unknown',
    test_timestamp timestamptz,
    tests jsonb
  );
  create table app_dlc (
    parent_appid integer not null references apps (appid) on delete cascade,
    dlc_appid integer not null references apps (appid) on delete cascade,
    source text not null default 'pics',
    primary key (parent_appid, dlc_appid)
  );
  create table sync_status (
    appid integer primary key references apps (appid) on delete cascade,
    last_store_sync timestamptz,
    last_pics_sync timestamptz,
    pics_change_number bigint,
    priority_score integer default 0,
    next_sync_after timestamptz default now(),
    is_syncable boolean default true
  );
  create table daily_metrics (appid integer not null references apps (appid) on delete cascade, day date, players integer);
  create index on app_steam_deck (category);
  create view verified_on_deck as select appid from app_steam_deck where category = 'verified';

  create function touch() returns trigger language plpgsql as $$ begin new.updated_at = now(); return new; end $$;
  create trigger touch before update on apps for each row execute function touch();
  create function get_apps_for_sync(p_source sync_source, p_limit integer) returns table (appid integer) language sql as
    'select appid from sync_status where is_syncable order by priority_score desc limit p_limit';

  insert into apps (appid, name, type, current_price_cents) values
    (440, 'Old Name', 'game', 0), (570, 'Kept As It Was', 'game', 999), (10, 'Delisted', 'game', 499), (11, 'Extra', 'dlc', 99);
  insert into developers (name, normalized_name) values ('Studio Gull', 'studio gull');
  insert into app_developers values (440, 1);
  insert into steam_tags (tag_id, name) values (19, 'Action');
  insert into app_steam_tags (appid, tag_id, rank) values (440, 19, 5), (570, 19, 1);
  insert into app_steam_deck (appid, category) values (570, 'playable');
  insert into app_dlc (parent_appid, dlc_appid, source) values (10, 11, 'store');
  insert into sync_status (appid, last_store_sync, pics_change_number) values (440, '2026-01-01', 800), (570, null, null), (10, null, null);
  insert into daily_metrics values (440, '2026-01-01', 70000);

  alter table apps enable row level security;
  alter table developers enable row level security;
  alter table app_steam_tags enable row level security;
  alter table sync_status enable row level security;
  create policy "public read" on apps for select using (true);
  create policy "public read" on app_steam_tags for select using (true);
`;

let url: string;
let db: Database;

/** A database like that, and this test's connection to it, as its owner: a user without the rights of a superuser. */
beforeEach(async () => {
  const admin = await freshDatabase({ migrated: false });
  const owner = `owner_${randomBytes(6).toString('hex')}`;
  await sql
    .raw(`create role ${owner} login password 'generated'; grant all on schema public to ${owner}`)
    .execute(admin.db);
  closeAtEnd(owner, async () => {
    const again = connectDatabase(admin.url, { maxConnections: 1, applicationName: 'test' });
    await sql.raw(`drop owned by ${owner} cascade; drop role ${owner}`).execute(again);
    await again.destroy();
  });
  const changed = new URL(admin.url);
  changed.username = owner;
  changed.password = 'generated';
  url = changed.href;
  db = openDatabase(url);
  await sql.raw(CATALOGUE).execute(db);
});

/** Everything that stood in these tables before, in their own columns. */
async function readOwn(): Promise<unknown> {
  const own = await sql`
    select
      (select json_agg(a order by appid) from (select appid, name, type, current_price_cents, is_delisted, created_at from apps) a) as apps,
      (select json_agg(s order by appid) from (select appid, last_store_sync, priority_score, is_syncable from sync_status) s) as sync_status,
      (select json_agg(d order by parent_appid) from (select parent_appid, dlc_appid, source from app_dlc) d) as app_dlc,
      (select json_agg(d order by appid) from (select appid, category from app_steam_deck) d) as app_steam_deck,
      (select json_agg(t order by appid, tag_id) from (select appid, tag_id, rank from app_steam_tags) t) as tags,
      (select json_agg(m) from daily_metrics m) as daily_metrics
  `.execute(db);
  return own.rows[0];
}

describe('a catalogue at Supabase', () => {
  test('gets what is missing and keeps its rows, enums, policies, views and functions', async () => {
    const before = await readOwn();
    expect((await migrateToLatest(url)).length).toBeGreaterThan(0);
    expect(await readOwn()).toEqual(before);
    expect(await migrateToLatest(url)).toEqual([]);

    const policies = await sql`
      select tablename, policyname from pg_policies where roles <> '{pics_reader}' order by 1
    `.execute(db);
    expect(policies.rows).toEqual([
      { tablename: 'app_steam_tags', policyname: 'public read' },
      { tablename: 'apps', policyname: 'public read' },
    ]);
    const open = await sql<{ relname: string }>`
      select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and not relrowsecurity
    `.execute(db);
    // Those that were open before, and none of the new ones.
    const theirs = 'app_dlc app_developers app_steam_deck daily_metrics franchises publishers steam_tags';
    expect(new Set(open.rows.map(({ relname }) => relname))).toEqual(new Set(theirs.split(' ')));
    expect((await sql`select * from get_apps_for_sync('pics', 2)`.execute(db)).rows).toHaveLength(2);
    expect((await sql`select * from verified_on_deck`.execute(db)).rows).toEqual([]);
  });

  test('accepts every response of Steam, and only what Steam sends changes', async () => {
    await migrateToLatest(url);
    const extended = { isFree: false, homepageUrl: null, appState: null, dlcAppids: [11] };
    const responses = [
      { ...recordWith(440, 900, { name: 'New Name', type: 'tool', parentAppid: 10 }), extended },
      emptyRecord(570, 900),
      fullRecord(730, 900, { developers: ['Studio Gull', 'Brand New'], extended }),
    ];
    const counts = await writeBatch(db, writeJob({ records: responses, unknown: [10] }));
    expect(counts).toMatchObject({ added: 1, changed: 2, removed: 1, failed: 0 });

    const apps = await sql`
      select appid, name, type::text, parent_appid, current_price_cents, pics_access from apps order by appid
    `.execute(db);
    expect(apps.rows).toEqual([
      {
        appid: 10,
        name: 'Delisted',
        type: 'game',
        parentAppid: null,
        currentPriceCents: 499,
        picsAccess: 'removed',
      },
      { appid: 11, name: 'Extra', type: 'dlc', parentAppid: null, currentPriceCents: 99, picsAccess: null },
      {
        appid: 440,
        name: 'New Name',
        type: 'tool',
        parentAppid: 10,
        currentPriceCents: 0,
        picsAccess: 'public',
      },
      {
        appid: 570,
        name: 'Kept As It Was',
        type: null,
        parentAppid: null,
        currentPriceCents: 999,
        picsAccess: 'public',
      },
      {
        appid: 730,
        name: 'Rainy Lighthouse',
        type: 'game',
        parentAppid: null,
        currentPriceCents: null,
        picsAccess: 'public',
      },
    ]);
    const deck = await sql`select appid, category::text, status from app_steam_deck order by appid`.execute(
      db,
    );
    expect(deck.rows).toEqual([
      { appid: 440, category: 'verified', status: 'verified' },
      { appid: 730, category: 'verified', status: 'verified' },
    ]);
    expect((await sql`select * from verified_on_deck order by 1`.execute(db)).rows).toHaveLength(2);
    const dlc = await sql`select parent_appid, appid, dlc_appid, source from app_dlc order by 1, 3`.execute(
      db,
    );
    expect(dlc.rows).toContainEqual({ parentAppid: 10, appid: 10, dlcAppid: 11, source: 'store' });
    expect(dlc.rows).toContainEqual({ parentAppid: 730, appid: 730, dlcAppid: 11, source: 'pics' });

    expect(await writeBatch(db, writeJob({ records: responses }))).toMatchObject({
      added: 0,
      changed: 0,
      unchanged: 3,
    });
  });

  test('still accepts what its own programs write', async () => {
    await migrateToLatest(url);
    await sql`insert into app_dlc (parent_appid, dlc_appid) values (440, 11)`.execute(db);
    await sql`insert into app_steam_deck (appid, category) values (440, 'verified')`.execute(db);
    await sql`insert into sync_status (appid, last_store_sync) values (11, now())`.execute(db);
    await sql`insert into apps (appid, name) values (12, 'Theirs')`.execute(db);
    expect((await sql`select appid from app_dlc where parent_appid = 440`.execute(db)).rows).toEqual([
      { appid: 440 },
    ]);
    await sql`delete from apps where appid = 440`.execute(db);
    expect((await sql`select * from app_steam_tags where appid = 440`.execute(db)).rows).toEqual([]);
  });

  test('has all of its apps fetched once everything is wanted', async () => {
    await migrateToLatest(url);
    expect(await markWanted(db, { all: true })).toBe(4);
    const batch = await claimBatch(db, { size: 200 });
    expect(batch?.appids).toEqual([10, 11, 440, 570]);
    expect(await countLedger(db)).toMatchObject({ inFlight: 4, wanted: 0 });
  });
});
