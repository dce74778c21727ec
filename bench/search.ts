import { connectDatabase, listApps, searchApps, type Database } from '@pics/database';
import { sql } from 'kysely';
import { readAppRecords } from './input/app-records.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { wallMs } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

const APPS = 300_000;
const GOAL_MS = 50;
const PAGE = 50;

/** Searches that find few, many and no apps, and some with a typo. */
const SEARCHES = [
  'half life 2',
  'counter strike',
  'cafe strasse',
  'soundtrack',
  'the',
  'hlaf life',
  'conter strike',
  'darksouls',
];

/** Tags from the most popular to one that is rare, and a month. */
const LISTS = [
  ['tags', '1'],
  ['tags', '30'],
  ['tags', '440'],
  ['deck', 'verified'],
  ['months', '2024-05'],
] as const;

/** Finding and listing apps, as board, API and CLI do. */
export const search: Benchmark = {
  name: 'search',
  measures: `searches and lists of apps on ${APPS.toLocaleString('en-US')} apps`,
  run: async ({ repetitions, long, log }) => {
    const { url } = await (await startPostgres()).createDatabase();
    const database = connectDatabase(url, {
      applicationName: 'bench',
      maxConnections: 4,
      statementTimeoutMs: 0,
    });
    const count = long ? APPS : APPS / 10;
    log(`generating ${count} apps`);
    await generateCatalogue(database, count);
    const results: Result[] = [];
    const measure = async (what: string, read: () => Promise<unknown>) => {
      const project = await wallMs(read, repetitions);
      results.push({
        what: `${what}, ${count} apps`,
        unit: 'ms',
        project,
        goals: [atMost(GOAL_MS, 'ms', project)],
      });
    };
    for (const text of SEARCHES)
      await measure(`search: ${text}`, () => searchApps(database, { text, limit: PAGE }));
    for (const [list, key] of LISTS) {
      await measure(`list: ${list} ${key}`, () => listApps(database, { list, key, limit: PAGE }));
      await measure(`list: ${list} ${key}, later`, () =>
        listApps(database, { list, key, after: count / 2, limit: PAGE }),
      );
    }
    await database.destroy();
    return results;
  },
};

/** Real words in random order: every word as often as in the recorded names, and a tenth of the names with a word of their own. */
async function generateCatalogue(db: Database, count: number): Promise<void> {
  const { records } = await readAppRecords(1);
  const words = records.flatMap(({ common }) => common?.name?.split(' ') ?? []);
  await sql`select setseed(0.5)`.execute(db);
  for (let start = 0; start < count; start += 10_000) {
    const ids = Array.from({ length: 10_000 }, (_, index) => start + index + 1);
    const names = ids.map((id) => nameOf(id, words));
    await sql`
      insert into apps (appid, name, type, pics_access, pics_review_score, steam_release_date)
      select id, name, (array['game', 'game', 'dlc', 'demo', 'music'])[1 + id % 5], 'public',
        case when id % 7 = 0 then 1 + id % 9 end, timestamptz '2005-01-01' + (id % 8000) * interval '1 day'
      from unnest(${ids}::integer[], ${names}::text[]) as generated (id, name)
    `.execute(db);
  }
  await sql`insert into steam_tags (tag_id, name) select id, 'Tag ' || id from generate_series(1, 450) as id on conflict do nothing`.execute(
    db,
  );
  await sql`
    insert into app_steam_tags (appid, tag_id, rank)
    select appid, 1 + floor(450 * power(random(), 3))::integer, rank from apps, generate_series(1, 10) as rank
    on conflict do nothing
  `.execute(db);
  await sql`
    insert into app_steam_deck (appid, status) select appid, 'verified' from apps where appid % 4 = 0
  `.execute(db);
  await sql`vacuum analyze`.execute(db);
}

/** Words at random, the same for each id. */
function nameOf(id: number, words: readonly string[]): string {
  const pick = (place: number) =>
    words[(Math.imul(id * 31 + place, 2_654_435_761) >>> 0) % words.length] ?? 'Game';
  const name = Array.from({ length: 1 + (id % 4) }, (_, place) => pick(place));
  return [...name, ...(id % 10 === 0 ? [id.toString(36)] : [])].join(' ');
}
