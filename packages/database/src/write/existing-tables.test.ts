import { MAX_ATTEMPTS, STEAM_COLUMNS, type AppRecord } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { emptyRecord, fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { insertLedger, passDelays, readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { findUnnamedTagIds, upsertTagNames } from './tag-names.ts';
import { writeBatch, type WriteOptions } from './write-batch.ts';

/** Tables of this project, changed to what somebody else's demand. */
async function tablesWith(statements: string): Promise<Database> {
  const { db } = await freshDatabase();
  await sql.raw(statements).execute(db);
  return db;
}

async function write(db: Database, records: AppRecord[], options?: WriteOptions) {
  return writeBatch(db, writeJob({ records }), options);
}

async function query(db: Database, statement: string): Promise<unknown[]> {
  return (await sql.raw(statement).execute(db)).rows;
}

test('an app is written at its first response, whatever change number another program has left in sync_status', async () => {
  const db = await tablesWith(`
    insert into apps (appid, name) values (440, 'Old');
    insert into sync_status (appid, pics_change_number) values (440, 999999999)`);
  expect(await write(db, [fullRecord(440, 900)])).toMatchObject({ changed: 1, unchanged: 0 });
  expect(await query(db, 'select name, pics_change_number from apps join sync_status using (appid)')).toEqual(
    [{ name: 'Rainy Lighthouse', picsChangeNumber: 900 }],
  );
});

describe('a required column', () => {
  test('keeps its value when Steam sends none, and a new row gets its default', async () => {
    const db = await tablesWith(`
      insert into apps (appid, name, type) values (440, 'Theirs', 'game');
      alter table apps alter column name set not null;
      alter table apps alter column type set default 'unclear', alter column type set not null`);
    const nameless = recordWith(570, 900, { type: null });
    expect(await write(db, [emptyRecord(440, 900), nameless])).toMatchObject({
      added: 1,
      changed: 1,
      failed: 0,
    });
    expect(await query(db, 'select appid, name, type, pics_access from apps order by appid')).toEqual([
      { appid: 440, name: 'Theirs', type: 'game', picsAccess: 'public' },
      { appid: 570, name: 'Rainy Lighthouse', type: 'unclear', picsAccess: 'public' },
    ]);
    expect(await write(db, [emptyRecord(440, 900), nameless])).toMatchObject({ unchanged: 2 });
  });

  test('that has no default fails a new app without a value, alone, and says what would let it in', async () => {
    const db = await tablesWith('alter table apps alter column type set not null');
    expect(await write(db, [emptyRecord(440, 900), fullRecord(570, 900)])).toMatchObject({
      added: 1,
      failed: 1,
    });
    expect((await readLedger(db, 440)).lastError).toBe(
      'RowRefused: null value in column "type" of relation "apps" violates not-null constraint: Steam sends no value; ' +
        'alter table apps alter column type drop not null, or set default …, lets it in (23502)',
    );
  });

  test('of app names has a placeholder until Steam shows a name', async () => {
    const db = await tablesWith('alter table apps alter column name set not null');
    const names = () => query(db, 'select name from apps');
    await write(db, [emptyRecord(440, 900)]);
    expect(await names()).toEqual([{ name: 'App 440' }]);
    expect(await write(db, [emptyRecord(440, 901)])).toMatchObject({ unchanged: 1 });
    await write(db, [fullRecord(440, 902)]);
    expect(await names()).toEqual([{ name: 'Rainy Lighthouse' }]);
  });

  test('that only other programs fill is no obstacle to changing rows that have it', async () => {
    const db = await tablesWith(`
      insert into apps (appid) values (440);
      alter table apps add column slug text default 'theirs' not null;
      alter table apps alter column slug drop default`);
    expect(await write(db, [fullRecord(440, 900), fullRecord(570, 900)])).toMatchObject({
      changed: 1,
      failed: 1,
    });
    expect(await query(db, 'select appid, name, slug from apps')).toEqual([
      { appid: 440, name: 'Rainy Lighthouse', slug: 'theirs' },
    ]);
  });

  test('of tag, genre and category names has a placeholder until a name is known', async () => {
    const db = await tablesWith(`
      delete from steam_genres; delete from steam_categories;
      alter table steam_tags alter column name set not null;
      alter table steam_genres alter column name set not null;
      alter table steam_categories alter column name set not null`);
    await write(db, [recordWith(440, 900, { tagIds: [19], genreIds: [7], categoryIds: [8] })]);
    const names = () =>
      query(
        db,
        'select name from steam_tags union all select name from steam_genres union all select name from steam_categories',
      );
    expect(await names()).toEqual([{ name: 'Tag 19' }, { name: 'Genre 7' }, { name: 'Category 8' }]);
    expect(await findUnnamedTagIds(db)).toEqual([19]);
    await upsertTagNames(db, new Map([[19, 'Action']]), ['steam_tags.name']);
    expect(await names()).toContainEqual({ name: 'Action' });
    await upsertTagNames(db, new Map([[19, 'Fast']]), ['steam_tags.name']);
    expect(await findUnnamedTagIds(db)).toEqual([]);
    expect(await names()).toContainEqual({ name: 'Action' });
  });
});

describe('a column normalized_name', () => {
  const NORMALIZED = `
    alter table developers add column normalized_name text not null;
    alter table publishers add column normalized_name text not null`;
  const upsert = (name: string) => `
    insert into developers (name, normalized_name) values ('${name}', lower(trim('${name}')))
    on conflict (normalized_name) do update set name = excluded.name`;

  test('is filled, and two spellings of a company are one row where it is unique', async () => {
    const db = await tablesWith(`${NORMALIZED};
      alter table developers add unique (normalized_name);
      insert into developers (name, normalized_name) values ('STUDIO GULL', 'studio gull')`);
    const developers = ['Studio  Gull', 'studio gull', 'Pier \t 7', 'PIER 7', 'Ölmühle'];
    expect(await write(db, [fullRecord(440, 900, { developers })])).toMatchObject({ added: 1, failed: 0 });
    expect(
      await query(
        db,
        'select name, normalized_name from developers join app_developers on id = developer_id order by normalized_name',
      ),
    ).toEqual([
      { name: expect.stringMatching(/^(Pier|PIER) 7$/), normalizedName: 'pier 7' },
      { name: 'STUDIO GULL', normalizedName: 'studio gull' },
      { name: 'Ölmühle', normalizedName: 'ölmühle' },
    ]);
    expect(await query(db, 'select name, normalized_name from publishers order by 1')).toEqual([
      { name: 'Harbour House', normalizedName: 'harbour house' },
      { name: 'Studio Gull', normalizedName: 'studio gull' },
    ]);
    expect(await write(db, [fullRecord(440, 900, { developers })])).toMatchObject({ unchanged: 1 });
  });

  test('lets other programs add by it every company that was added here', async () => {
    const db = await tablesWith(`${NORMALIZED}; alter table developers add unique (normalized_name)`);
    const developers = ['Two  Blanks', ' Edge ', 'MiXed', 'tab\tbed', 'İstanbul', 'Straße', 'a\u00a0b'];
    await write(db, [fullRecord(440, 900, { developers })]);
    for (const name of [...developers, 'TWO BLANKS', 'mixed', 'MIXED']) await query(db, upsert(name));
    expect(await query(db, "select name from developers where normalized_name = 'mixed'")).toEqual([
      { name: 'MIXED' },
    ]);
    expect(await write(db, [fullRecord(440, 901, { developers })])).toMatchObject({ failed: 0 });
  });

  test('that Postgres generates is left to it', async () => {
    const db = await tablesWith(`
      alter table developers add column normalized_name text generated always as (lower(name)) stored unique`);
    await write(db, [fullRecord(440, 900, { developers: ['Gull', 'GULL'] })]);
    expect(await query(db, 'select normalized_name from developers')).toEqual([{ normalizedName: 'gull' }]);
  });

  test('that is added while the writer runs is filled from the next batch on', async () => {
    const db = await tablesWith('');
    await write(db, [fullRecord(440, 900)]);
    await query(
      db,
      `
      alter table developers add column normalized_name text;
      update developers set normalized_name = lower(name);
      alter table developers alter column normalized_name set not null`,
    );
    expect(await write(db, [fullRecord(570, 900, { developers: ['New'] })])).toMatchObject({
      added: 1,
      failed: 0,
    });
    expect(await query(db, `select normalized_name from developers where name = 'New'`)).toEqual([
      { normalizedName: 'new' },
    ]);
  });
});

describe('a column of another type', () => {
  test.for(['text', 'steam_deck_category'])('gets the words of Steam Deck as %s', async (type) => {
    const db = await tablesWith(`
      create type steam_deck_category as enum ('unknown', 'unsupported', 'playable', 'verified');
      alter table app_steam_deck drop column category;
      alter table app_steam_deck add column category ${type} not null default 'unknown'`);
    const common = recordWith(570, 900, {}).common;
    const untested = recordWith(570, 900, { deck: common?.deck ? { ...common.deck, category: null } : null });
    const records = [fullRecord(440, 900), untested];
    expect(await write(db, records)).toMatchObject({ added: 2 });
    expect(await query(db, 'select appid, category::text from app_steam_deck order by appid')).toEqual([
      { appid: 440, category: 'verified' },
      { appid: 570, category: 'unknown' },
    ]);
    expect(await write(db, records)).toMatchObject({ unchanged: 2 });
    expect(
      await query(db, `select from pg_cast join pg_type on pg_type.oid = casttarget where typtype = 'e'`),
    ).toEqual([]);
  });

  test('as an enum that lacks a word of Steam Deck fails its apps with what would let them in', async () => {
    const db = await tablesWith(`
      create type deck as enum ('playable', 'verified');
      drop view app_details;
      alter table app_steam_deck drop column category;
      alter table app_steam_deck add column category deck`);
    const common = recordWith(570, 900, {}).common;
    const unknown = recordWith(570, 900, { deck: common?.deck ? { ...common.deck, category: 1 } : null });
    expect(await write(db, [fullRecord(440, 900), unknown])).toMatchObject({ added: 1, failed: 1 });
    expect((await readLedger(db, 570)).lastError).toContain(
      `: alter type deck add value 'unsupported' lets it in`,
    );
  });

  test('as the enum of app types takes its values, and a type that it lacks fails its app with what would let it in', async () => {
    const db = await tablesWith(`
      create type app_type as enum ('game', 'dlc');
      drop view app_details, app_all_dlc;
      alter table apps drop column type;
      alter table apps add column type app_type default 'game'`);
    const records = [
      fullRecord(440, 900),
      recordWith(570, 900, { type: `it's` }),
      recordWith(730, 900, { type: null }),
    ];
    expect(await write(db, records)).toMatchObject({ added: 2, failed: 1 });
    expect(await query(db, 'select appid, type from apps order by appid')).toEqual([
      { appid: 440, type: 'game' },
      { appid: 730, type: null },
    ]);
    expect((await readLedger(db, 570)).lastError).toBe(
      `RowRefused: invalid input value for enum app_type: "it's": alter type app_type add value 'it''s' lets it in (22P02)`,
    );
  });
});

describe('foreign keys between apps', () => {
  const KEYS = `
    alter table apps add constraint parent foreign key (parent_appid) references apps;
    alter table app_dlc add constraint dlc foreign key (dlc_appid) references apps`;
  const game = (dlcAppids: number[]) =>
    fullRecord(440, 900, { extended: { isFree: false, homepageUrl: null, appState: null, dlcAppids } });
  const dlc = recordWith(700, 900, { type: 'dlc', parentAppid: 440 });
  const withoutDlc = { ...dlc, extended: game([]).extended };

  test('leave a reference out until the other app has a row, and hold back nothing else of the batch', async () => {
    const db = await tablesWith(KEYS);
    await insertLedger(db, { id: 440, wantedChangeNumber: 900 }, { id: 570, wantedChangeNumber: 900 });
    const other = fullRecord(570, 900, { extended: game([]).extended });
    expect(await write(db, [game([700]), other])).toMatchObject({ added: 2, failed: 0, unsettled: 1 });
    const waiting = await readLedger(db, 440);
    expect(waiting).toMatchObject({
      attempts: 1,
      settledChangeNumber: null,
      storedChangeNumber: 900,
      failedAt: null,
      lastError: expect.stringMatching(
        /^RowRefused: app_dlc\.dlc_appid refers to app 700, which has no row in apps, as constraint dlc requires; .*alter table app_dlc drop constraint dlc lets/,
      ),
    });
    expect(Number(waiting.notBefore) - Date.now()).toBeLessThan(11_000);

    await write(db, [withoutDlc]);
    await passDelays(db);
    await write(db, [game([700])]);
    expect(await readLedger(db, 440)).toMatchObject({
      attempts: 0,
      settledChangeNumber: 1_000,
      lastError: null,
    });
    expect(
      await query(db, 'select parent_appid, app_dlc.appid from apps join app_dlc on dlc_appid = apps.appid'),
    ).toEqual([{ parentAppid: 440, appid: 440 }]);
  });

  test('keep the stored parent of an app whose new parent has no row', async () => {
    const db = await tablesWith(`${KEYS}; insert into apps (appid, parent_appid) values (1, null), (700, 1)`);
    expect(await write(db, [withoutDlc])).toMatchObject({ changed: 1, unsettled: 1 });
    expect(await query(db, 'select parent_appid from apps where appid = 700')).toEqual([{ parentAppid: 1 }]);
  });

  test('fail an app only after attempts that outlast a first fill', async () => {
    const db = await tablesWith(KEYS);
    await insertLedger(db, { id: 440, wantedChangeNumber: 900 });
    let waited = 0;
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      await write(db, [game([999_999])]);
      const { failedAt, notBefore } = await readLedger(db, 440);
      expect(failedAt).toBeNull();
      waited += Number(notBefore) - Date.now();
    }
    expect(waited).toBeGreaterThan(20 * 60_000);
    expect(await write(db, [game([999_999])])).toMatchObject({ failed: 1 });
  });
});

describe('KEEP_COLUMNS', () => {
  const keep = [
    'apps.is_free',
    'apps.parent_appid',
    'app_dlc',
    'app_developers',
    'app_steam_deck.tests',
    'app_steam_tags.rank',
  ];

  test('replaces and deletes no value or link that is there, and fills those that are missing', async () => {
    const db = await tablesWith(`
      insert into apps (appid, is_free, parent_appid, name) values (440, true, 1, 'Theirs'), (570, null, null, null);
      insert into developers (name) values ('Theirs');
      insert into steam_tags (tag_id) values (19), (492);
      insert into app_steam_tags (appid, tag_id, rank) values (440, 19, 7), (440, 492, null);
      insert into app_developers values (440, 1);
      insert into app_dlc (appid, dlc_appid) values (440, 999);
      insert into app_steam_deck (appid, category, tests) values (440, 1, '[]'), (570, 1, null)`);
    const changed = recordWith(440, 900, { parentAppid: 5, tagIds: [19, 492] });
    const without = recordWith(570, 900, { parentAppid: 5, deck: null });
    await write(db, [changed, without], { keep });
    expect(await query(db, 'select appid, is_free, parent_appid, name from apps order by appid')).toEqual([
      { appid: 440, isFree: true, parentAppid: 1, name: 'Rainy Lighthouse' },
      { appid: 570, isFree: false, parentAppid: 5, name: 'Rainy Lighthouse' },
    ]);
    expect(await query(db, 'select dlc_appid from app_dlc where appid = 440 order by 1')).toEqual(
      [700, 701, 999].map((dlcAppid) => ({ dlcAppid })),
    );
    expect(
      await query(
        db,
        'select name from app_developers join developers on id = developer_id where appid = 440 order by 1',
      ),
    ).toEqual([{ name: 'Studio Gull' }, { name: 'Theirs' }]);
    expect(await query(db, 'select tag_id, rank from app_steam_tags where appid = 440 order by 1')).toEqual([
      { tagId: 19, rank: 7 },
      { tagId: 492, rank: 2 },
    ]);
    expect(await query(db, 'select appid, category, tests from app_steam_deck order by 1')).toEqual([
      { appid: 440, category: 3, tests: [] },
      { appid: 570, category: 1, tests: null },
    ]);
    expect(await write(db, [changed, without], { keep })).toMatchObject({ changed: 0, unchanged: 2 });
  });

  test('can name every column that Steam fills', async () => {
    const { db } = await freshDatabase();
    for (const [table, columns] of Object.entries(STEAM_COLUMNS)) {
      const rows = await query(
        db,
        `
        select attname from pg_attribute
        where attrelid = '${table}'::regclass and attnum > 0 and attname !~ '^(.*_id|appid|created_at|updated_at)$'
          or attrelid = '${table}'::regclass and attname in ('current_build_id', 'tested_build_id')
          or attrelid = '${table}'::regclass and attname = 'parent_appid'`,
      );
      expect(new Set(rows)).toEqual(
        new Set(table === 'app_dlc' ? [{ attname: 'dlc_appid' }] : columns.map((attname) => ({ attname }))),
      );
    }
  });
});

test('is_free keeps a value when a public response has no extended section', async () => {
  const db = await tablesWith('insert into apps (appid, is_free) values (440, true)');
  await write(db, [emptyRecord(440, 900), emptyRecord(570, 900)]);
  expect(await query(db, 'select appid, is_free from apps order by appid')).toEqual([
    { appid: 440, isFree: true },
    { appid: 570, isFree: null },
  ]);
});

test('triggers of other programs run for rows that are new or change, and for no other row', async () => {
  const db = await tablesWith(`
    create table fired (event text);
    create function note() returns trigger language plpgsql as $$
    begin
      insert into fired values (format('%s %s %s', tg_table_name, lower(tg_op), lower(tg_when)));
      if tg_op = 'DELETE' then return old; end if;
      return new;
    end $$;
    do $$ declare name text; begin
      foreach name in array '{apps,app_steam_deck,app_developers,app_steam_tags,app_dlc,developers,steam_tags}'::text[] loop
        execute format('create trigger a before insert or update or delete on %I for each row execute function note()', name);
        execute format('create trigger b after insert or update or delete on %I for each row execute function note()', name);
      end loop;
    end $$`);
  await write(db, [fullRecord(440, 900)]);
  await query(db, 'delete from fired');
  await write(db, [fullRecord(440, 901)]);
  expect(await query(db, 'select * from fired')).toEqual([]);
  await write(db, [fullRecord(440, 902, { developers: ['Studio Gull', 'Another'] })]);
  expect(await query(db, 'select event from fired order by 1')).toEqual(
    [
      'app_developers insert after',
      'app_developers insert before',
      'apps update after',
      'apps update before',
      'developers insert after',
      'developers insert before',
    ].map((event) => ({ event })),
  );
});
