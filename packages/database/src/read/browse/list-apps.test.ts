import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../../../../../test/support/cleanup.ts';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { connectDatabase, type Database } from '../../connection/connect-database.ts';
import { listApps } from './list-apps.ts';
import { countListEntries, findListEntries } from './list-entries.ts';
import type { ListName } from './lists.ts';

let database: Database;

/** Ten apps of each thing; every third is a demo, and app 4 is reviewed much. */
beforeAll(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
  closeAtEnd('connections of the test', () => database.destroy());
  await sql`
    insert into apps (appid, name, type, pics_review_score, steam_release_date)
    select id, 'App ' || id, case when id % 3 = 0 then 'demo' else 'game' end, case id when 4 then 9 end,
      timestamptz '2024-02-29 23:59:59Z' + (id - 5) * interval '1 second'
    from generate_series(1, 10) as id
  `.execute(database);
  await sql`insert into steam_tags values (5, 'Action'), (6, null), (7, 'Unused')`.execute(database);
  await sql`insert into app_steam_tags (appid, tag_id) select appid, 5 from apps union all values (3, 6), (4, 6)`.execute(
    database,
  );
  await sql`insert into app_genres (appid, genre_id) select appid, 1 from apps where appid < 4`.execute(
    database,
  );
  await sql`insert into app_categories (appid, category_id) select appid, 2 from apps where appid < 3`.execute(
    database,
  );
  for (const [table, column] of [
    ['developers', 'developer_id'],
    ['publishers', 'publisher_id'],
    ['franchises', 'franchise_id'],
  ] as const) {
    await sql`insert into ${sql.table(table)} (id, name) values (1, 'Valve'), (2, 'A/B & <C>')`.execute(
      database,
    );
    await sql`
      insert into ${sql.table(`app_${table}`)} (appid, ${sql.ref(column)}) values (1, 1), (2, 1), (3, 2)
    `.execute(database);
  }
  await sql`insert into app_steam_deck (appid, status) values (1, 'verified'), (2, 'playable'), (3, 'verified')`.execute(
    database,
  );
});

const list = (name: ListName, key: string, after?: number, limit = 20) =>
  listApps(database, { list: name, key, after, limit });

describe('a list of apps', () => {
  test.for([
    ['tags', '5', 'Action', [4, 10, 8, 7, 5, 2, 1, 9, 6, 3]],
    ['tags', '6', '6', [4, 3]],
    ['tags', '7', 'Unused', []],
    ['genres', '1', 'Action', [2, 1, 3]],
    ['categories', '2', 'Single-player', [2, 1]],
    ['developers', '1', 'Valve', [2, 1]],
    ['publishers', '2', 'A/B & <C>', [3]],
    ['franchises', '1', 'Valve', [2, 1]],
    ['deck', 'verified', 'Verified', [1, 3]],
    ['deck', 'unknown', 'Unknown', []],
    ['months', '2024-02', 'February 2024', [4, 5, 2, 1, 3]],
    ['months', '2024-03', 'March 2024', [10, 8, 7, 9, 6]],
    ['months', '2031-12', 'December 2031', []],
  ] as const)(
    'of %s %s has its name, its size and its apps, games and much-reviewed ones first',
    async ([name, key, title, appids]) => {
      const found = await list(name, key);
      expect(found).toMatchObject({ name: title, total: appids.length, next: null });
      expect(found?.apps.map(({ appid }) => appid)).toEqual(appids);
    },
  );

  test('continues after an app until its end', async () => {
    const appids: number[] = [];
    let after: number | undefined;
    do {
      const part = await list('tags', '5', after, 4);
      appids.push(...(part?.apps.map(({ appid }) => appid) ?? []));
      expect(part?.total).toBe(10);
      after = part?.next ?? undefined;
    } while (after !== undefined);
    expect(appids).toEqual([4, 10, 8, 7, 5, 2, 1, 9, 6, 3]);
    expect(await list('tags', '5', 999)).toMatchObject({ apps: [], next: null });
  });

  test.for([
    ['tags', '99'],
    ['tags', 'Action'],
    ['tags', '99999999999'],
    ['developers', '3'],
    ['deck', 'gold'],
    ['months', '2024-13'],
    ['months', '24-01'],
  ] as const)('of %s %s does not exist', async ([name, key]) => {
    expect(await list(name, key)).toBeUndefined();
  });
});

describe('the index of', () => {
  test.for([
    [
      'tags',
      [
        ['5', 'Action', 10],
        ['6', '6', 2],
      ],
    ],
    ['genres', [['1', 'Action', 3]]],
    ['categories', [['2', 'Single-player', 2]]],
    [
      'developers',
      [
        ['1', 'Valve', 2],
        ['2', 'A/B & <C>', 1],
      ],
    ],
    [
      'publishers',
      [
        ['1', 'Valve', 2],
        ['2', 'A/B & <C>', 1],
      ],
    ],
    [
      'franchises',
      [
        ['1', 'Valve', 2],
        ['2', 'A/B & <C>', 1],
      ],
    ],
    [
      'deck',
      [
        ['verified', 'Verified', 2],
        ['playable', 'Playable', 1],
      ],
    ],
    [
      'months',
      [
        ['2024-03', 'March 2024', 5],
        ['2024-02', 'February 2024', 5],
      ],
    ],
  ] as const)('%s counts the apps of each', async ([name, entries]) => {
    const counted = await countListEntries(database, name);
    expect(counted.map(({ key, name: title, apps }) => [key, title, apps])).toEqual(entries);
  });

  test('developers finds those with a text in their names', async () => {
    expect(await findListEntries(database, 'developers', 'VAL')).toEqual([
      { key: '1', name: 'Valve', apps: 2 },
    ]);
    expect(await findListEntries(database, 'developers', '& <')).toEqual([
      { key: '2', name: 'A/B & <C>', apps: 1 },
    ]);
    expect(await findListEntries(database, 'developers', '%')).toEqual([]);
  });
});
