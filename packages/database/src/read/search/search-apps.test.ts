import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../../../../../test/support/cleanup.ts';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { connectDatabase, type Database } from '../../connection/connect-database.ts';
import { searchApps } from './search-apps.ts';

let database: Database;

async function connect(): Promise<Database> {
  const { url } = await createTestDatabase();
  const connected = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
  closeAtEnd('connections of the test', () => connected.destroy());
  return connected;
}

/** [appid, name, type, review score, Metacritic score] */
const APPS = [
  [10, 'Counter-Strike', 'game', 9, 88],
  [70, 'Half-Life', 'game', 9, 96],
  [80, 'Counter-Strike: Condition Zero', 'game', 8, 65],
  [220, 'Half-Life 2', 'game', 9, 96],
  [380, 'Half-Life 2: Episode One', 'game', 8, 87],
  [730, 'Counter-Strike 2', 'game', 8, null],
  [323_130, 'Half-Life 2 Soundtrack', 'music', null, null],
  [500, 'Left 4 Dead', 'game', 9, 89],
  [4, 'Four', 'game', null, null],
  [4_000, '100%_real', 'game', null, null],
  [4_500, 'S.T.A.L.K.E.R.: Shadow of Chernobyl', 'game', 8, 82],
  [5_000, '!!!', 'game', null, null],
  [15_100, "Assassin's Creed™: Director's Cut Edition", 'game', 8, 79],
  [33_230, 'Assassin’s Creed® II', 'game', 8, 86],
  [72_850, 'The Elder Scrolls V: Skyrim', 'game', 9, 94],
  [292_030, 'The Witcher® 3: Wild Hunt', 'game', 9, 93],
  [20_900, 'The Witcher: Enhanced Edition', 'game', 8, 86],
  [900_001, 'Witcher', 'tool', null, null],
  [268_500, 'XCOM® 2', 'game', 8, 88],
  [570_940, 'DARK SOULS™: REMASTERED', 'game', 8, 84],
  [105_600, 'Minecraft', 'game', 7, null],
  [600_001, 'Café Größenwahn', 'game', null, null],
  [600_002, 'Straße des Café', 'game', null, null],
  [600_003, 'Ærø & Łódź', 'game', null, null],
  [600_004, '静かな村 Village', 'game', null, null],
  [600_005, 'ＦＩＮＡＬ Notes²', 'game', null, null],
  [600_006, 'Забытый Ёжик', 'game', null, null],
  [700_001, null, 'game', null, null],
] as const;

async function store(db: Database): Promise<void> {
  const rows = APPS.map(([appid, name, type, picsReviewScore, metacriticScore]) => {
    return { appid, name, type, picsReviewScore, metacriticScore, picsAccess: 'public' as const };
  });
  await db.insertInto('apps').values(rows).execute();
}

beforeAll(async () => {
  database = await connect();
  await store(database);
});

const search = (text: string, type?: string) => searchApps(database, { text, type, limit: 10 });
const appids = async (text: string, type?: string) =>
  (await search(text, type)).apps.map(({ appid }) => appid);

describe('a search', () => {
  test.for([
    ['half life 2', [220, 380, 323_130]],
    ['HALF-LIFE 2', [220, 380, 323_130]],
    ['2 life half', [220, 380, 323_130]],
    ['halflife2', []],
    ['halflife 2', [220, 380, 323_130]],
    ['counter strike', [10, 80, 730]],
    ['counterstrike', [10, 80, 730]],
    ['strike counter zero', [80]],
    ['assassins creed', [33_230, 15_100]],
    ["assassin's creed", [33_230, 15_100]],
    ['assassin s creed', []],
    ['stalker', [4_500]],
    ['s.t.a.l.k.e.r.', [4_500]],
    ['x-com 2', [268_500]],
    ['craft', [105_600]],
    ['cafe', [600_001, 600_002]],
    ['CAFÉ', [600_001, 600_002]],
    ['strasse', [600_002]],
    ['STRASSE CAFE', [600_002]],
    ['straße', [600_002]],
    ['grossenwahn', [600_001]],
    ['aero and lodz', [600_003]],
    ['ærø & łódź', [600_003]],
    ['かな', [600_004]],
    ['final notes2', [600_005]],
    ['забытый ежик', [600_006]],
    ['!!!', [5_000]],
    ['100% real', [4_000]],
    ['700001', [700_001]],
  ] as const)('for "%s" finds %j', async ([text, found]) => {
    expect(await appids(text)).toEqual(found);
  });

  test('has the id first, then the exact name, then games, whole words and much-reviewed apps', async () => {
    expect(await appids('4')).toEqual([4, 500]);
    expect(await appids('witcher')).toEqual([900_001, 292_030, 20_900]);
    expect(await appids('life')).toEqual([70, 220, 380, 323_130]);
  });

  test('counts all matches, and those of each type, and returns one page of one type', async () => {
    expect(await searchApps(database, { text: 'half life', limit: 1, offset: 1 })).toMatchObject({
      apps: [{ appid: 220 }],
      total: 4,
      types: [
        { type: 'game', apps: 3 },
        { type: 'music', apps: 1 },
      ],
    });
    expect(await search('half life', 'music')).toMatchObject({ apps: [{ appid: 323_130 }], total: 1 });
    expect(await search('half life', 'dlc')).toMatchObject({ apps: [], total: 0, didYouMean: null });
  });

  test.for(['', '  ', '\t', '9999999999', '\\', '%_', '%', '_____'])('for %j finds nothing', async (text) => {
    expect(await search(text)).toEqual({ apps: [], total: 0, types: [], didYouMean: null });
  });
});

describe('a typo', () => {
  test.for([
    ['conter strike', 'counter strike'],
    ['countre strike', 'counter strike'],
    ['hlaf life', 'half life'],
    ['halv life 2', 'half life 2'],
    ['skyirm', 'skyrim'],
    ['skyrm', 'skyrim'],
    ['skyrmi', 'skyrim'],
    ['xkyrim', 'skyrim'],
    ['witchr', 'witcher'],
    ['withcer wild hunt', 'witcher wild hunt'],
    ['asasins creed', 'assassins creed'],
    ['assasin creed', 'assassins creed'],
    ['darksouls', 'dark souls'],
    ['halflife2', 'halflife 2'],
    ['leftt 4 daed', 'left 4 dead'],
    ['half strike', null],
    ['qqqqqqqq', null],
  ] as const)('in "%s" gets "%s" as a suggestion', async ([text, suggestion]) => {
    expect(await search(text)).toMatchObject({ total: 0, didYouMean: suggestion });
  });
});

describe('the table of a search', () => {
  test('follows what any writer does to apps', async () => {
    const db = await connect();
    const find = async (text: string) =>
      (await searchApps(db, { text, limit: 9 })).apps.map(({ appid }) => appid);
    await sql`insert into apps (appid, name, type) values (1, 'First', 'game'), (2, 'Second', 'dlc')`.execute(
      db,
    );
    expect([await find('first'), await find('second')]).toEqual([[1], [2]]);
    await sql`
      insert into apps (appid, name) values (1, 'Renamed'), (3, 'Third') on conflict (appid) do update set name = excluded.name
    `.execute(db);
    expect([await find('first'), await find('renamed'), await find('third')]).toEqual([[], [1], [3]]);
    await sql`update apps set type = 'demo', metacritic_score = 90 where appid = 2`.execute(db);
    expect(await searchApps(db, { text: 'second', type: 'demo', limit: 9 })).toMatchObject({ total: 1 });
    await sql`update apps set appid = 4 where appid = 3`.execute(db);
    expect(await find('third')).toEqual([4]);
    await sql`update apps set name = null where appid = 4`.execute(db);
    expect([await find('third'), await find('4')]).toEqual([[], [4]]);
    await sql`delete from apps where appid = 1`.execute(db);
    expect(await find('renamed')).toEqual([]);
  });

  test('is kept for writers that have no right to it', async () => {
    const db = await connect();
    const role = `writer_${Date.now()}`;
    await sql`create role ${sql.id(role)}`.execute(db);
    await sql`grant select, insert, update on apps to ${sql.id(role)}`.execute(db);
    await sql`create policy everything on apps to ${sql.id(role)} using (true) with check (true)`.execute(db);
    await db.connection().execute(async (connection) => {
      await sql`set role ${sql.id(role)}`.execute(connection);
      await sql`insert into apps (appid, name) values (1, 'Theirs')`.execute(connection);
      await sql`reset role`.execute(connection);
    });
    expect(await searchApps(db, { text: 'theirs', limit: 9 })).toMatchObject({ total: 1 });
    await sql`drop owned by ${sql.id(role)}`.execute(db);
    await sql`drop role ${sql.id(role)}`.execute(db);
  });

  test('has an index that answers a search', async () => {
    const plan = await database.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx);
      const { rows } = await sql<object>`
        explain select from pics_app_search where words like '%half%' and words like '% 2 %'
      `.execute(trx);
      return JSON.stringify(rows);
    });
    expect(plan).toContain('Bitmap Index Scan on pics_app_search_words');
  });
});

test('a search works without pg_trgm', async () => {
  const db = await connect();
  await sql`drop extension pg_trgm cascade`.execute(db);
  await store(db);
  expect(await searchApps(db, { text: 'half life 2', limit: 1 })).toMatchObject({
    apps: [{ appid: 220 }],
    total: 3,
  });
  expect(await searchApps(db, { text: 'conter strike', limit: 1 })).toMatchObject({
    didYouMean: 'counter strike',
  });
});
