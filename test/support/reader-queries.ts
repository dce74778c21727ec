import { waitUntil } from '@pics/local';
import type { Client } from 'pg';

/** A question that people ask the catalogue, and the SQL that answers it. */
export interface ReaderQuery {
  question: string;
  sql: string;
}

/** The questions in docs/schema.md. Each is answered through indexes, and within 50 ms where the answer is small. */
export const READER_QUERIES: readonly ReaderQuery[] = [
  {
    question: 'An app by its name, or by a part of it (`name ilike`)',
    sql: `select appid, name, type from apps where name = 'Half-Life 2'`,
  },
  {
    question: 'The best-reviewed games with a tag, with all of their tags',
    sql: `select appid, name, pics_review_percentage, tags from app_details
where type = 'game' and appid in (
  select appid from app_steam_tags join steam_tags using (tag_id) where steam_tags.name = 'Roguelike'
)
order by pics_review_percentage desc nulls last limit 50`,
  },
  {
    question: 'The apps with two tags',
    sql: `select appid, apps.name
from app_steam_tags one join steam_tags first on first.tag_id = one.tag_id
join app_steam_tags two using (appid) join steam_tags second on second.tag_id = two.tag_id
join apps using (appid)
where first.name = 'Roguelike' and second.name = 'Deckbuilding'`,
  },
  {
    question: 'The apps of a developer; publishers and franchises are alike',
    sql: `select appid, apps.name, steam_release_date
from developers join app_developers on developer_id = id join apps using (appid)
where developers.name = 'Valve'`,
  },
  {
    question: 'What was released in a month',
    sql: `select appid, name, type, steam_release_date from apps
where steam_release_date >= '2018-11-01' and steam_release_date < '2018-12-01'
order by steam_release_date`,
  },
  {
    question: 'What belongs to a game: demos, soundtracks, DLC',
    sql: `select appid, name, type from apps where parent_appid = 220`,
  },
  {
    question: 'The DLC of a game, whether the game lists it or only the DLC names the game',
    sql: `select dlc_appid, apps.name
from app_all_dlc left join apps on apps.appid = dlc_appid
where app_all_dlc.appid = 220`,
  },
  {
    question: 'The DLC of several games',
    sql: `select game.name as game, dlc.name
from developers join app_developers on developer_id = id join apps game using (appid)
join app_all_dlc on app_all_dlc.appid = game.appid left join apps dlc on dlc.appid = dlc_appid
where developers.name = 'Valve'`,
  },
  {
    question: 'What changed last',
    sql: `select appid, name, updated_at from apps order by updated_at desc limit 50`,
  },
  {
    question: 'What was built last',
    sql: `select appid, name, last_content_update from apps order by last_content_update desc nulls last limit 50`,
  },
  {
    question: "Apps in a language, here with full audio; `languages ? 'afrikaans'` is for any support",
    sql: `select appid, name from apps where languages @> '{"afrikaans": {"full_audio": true}}'`,
  },
];

/** Tables that are small in any catalogue: reading all of one takes no longer than an index. */
const SMALL = [
  'steam_tags',
  'steam_genres',
  'steam_categories',
  'steam_content_descriptors',
  'steam_deck_tests',
];

export interface ExplainedQuery extends ReaderQuery {
  plan: string;
  /** Tables, other than small ones, that the plan reads from the first row to the last. */
  wholeTables: string[];
}

/** Explains the queries as a reader runs them, on the generated catalogue. */
export async function explainReaderQueries(client: Client): Promise<ExplainedQuery[]> {
  await client.query(`set timezone = 'UTC'`);
  await client.query('set role pics_reader');
  const explained: ExplainedQuery[] = [];
  for (const query of READER_QUERIES) {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${query.sql}`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const scanned = [...plan.matchAll(/Seq Scan on (\w+)/g)].map(([, table = '']) => table);
    explained.push({ ...query, plan, wholeTables: scanned.filter((table) => !SMALL.includes(table)) });
  }
  await client.query('reset role');
  return explained;
}

/** Generates a small catalogue in a second or two. Its values matter little, their frequencies decide the plans. */
export async function generateCatalogue(client: Client, apps = 10_000): Promise<void> {
  // Every row counts in the statistics, so that the plans are the same each time: autovacuum would take samples.
  await client.query(`
    do $$ declare relation regclass; begin
      for relation in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
        execute format('alter table %s set (autovacuum_enabled = false)', relation);
      end loop;
    end $$`);
  await client.query('set default_statistics_target = 1000');
  await client.query('set session_replication_role = replica'); // Without checking 100,000 foreign keys.
  await client.query(
    `insert into apps (appid, name, type, parent_appid, languages, steam_release_date, last_content_update, updated_at)
     select i * 10, case when i = 22 then 'Half-Life 2' else 'Game of ' || md5(i::text) end,
       case when i % 3 = 0 then 'dlc' else 'game' end, case when i % 3 = 0 then (i - i % 90) * 10 end,
       case when i % 500 = 0 then '{"english": {"supported": true}, "afrikaans": {"supported": true, "full_audio": true}}'
         else '{"english": {"supported": true}, "german": {"supported": true, "full_audio": true}}' end::jsonb,
       '2016-01-01'::timestamptz + i * interval '3 hours', case when i % 2 = 0 then '2020-01-01'::timestamptz + i * interval '1 hour' end,
       '2026-01-01'::timestamptz + i * interval '1 minute'
     from generate_series(1, $1) i`,
    [apps],
  );
  await client.query(
    `insert into steam_tags (tag_id, name)
     select i, case i when 7 then 'Roguelike' when 8 then 'Deckbuilding' else 'Tag ' || i end from generate_series(1, 400) i`,
  );
  await client.query(
    `insert into app_steam_tags (appid, tag_id, rank)
     select appid, 1 + (appid / 10 * 7919 + rank * rank * 31) % 400, rank from apps, generate_series(1, 10) rank
     on conflict do nothing`,
  );
  await client.query(
    `insert into developers (name) select case i when 1 then 'Valve' else 'Studio ' || i end from generate_series(1, $1 / 3) i`,
    [apps],
  );
  await client.query(
    `insert into app_developers (appid, developer_id) select appid, 1 + appid / 10 % (select count(*) from developers) from apps`,
  );
  await client.query(
    `insert into app_dlc (appid, dlc_appid) select parent_appid, appid from apps where parent_appid in (select appid from apps)`,
  );
  // Index-only scans need pages that everybody sees; a transaction that begins or ends elsewhere may hold that back for a moment.
  const isVisible = async () => {
    await client.query('vacuum analyze');
    const { rowCount } = await client.query(
      `select from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relallvisible < relpages`,
    );
    return rowCount === 0;
  };
  if (!(await waitUntil(isVisible, 60_000))) throw new Error('the generated catalogue was not vacuumed');
}
