import { diffTrees, parseKeyValues } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import {
  connectDatabase,
  findVersion,
  listBuilds,
  listEvents,
  listVersions,
  type Database,
} from '@pics/database';
import { diffTexts } from '@pics/operations';
import { sql } from 'kysely';
import { insertVersions } from '../packages/database/src/testing/versions.ts';
import { readAppEntries } from './input/app-records.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { figureOf, wallMs } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

const EVENTS = 1_000_000;
const VERSIONS = 100;
const PAGE = 50;

const QUERY_GOAL_MS = 20;
const DIFF_GOAL_MS = 5;

/** An appid without other rows. */
const APPID = 2_000_000_000;

/** What board, API and CLI read of the history of an app, and the diff of two texts. */
export const history: Benchmark = {
  name: 'history',
  measures: `the history of an app with ${VERSIONS} versions beside ${EVENTS.toLocaleString('en-US')} events, and diffs`,
  run: async ({ repetitions, long, log }) => {
    const { entries } = await readAppEntries();
    const { url } = await (await startPostgres()).createDatabase();
    const database = connectDatabase(url, {
      applicationName: 'bench',
      maxConnections: 1,
      statementTimeoutMs: 0,
    });
    const events = long ? EVENTS : EVENTS / 10;
    log(`generating ${events} events`);
    const changeNumbers = await generateHistory(database, events, pickText(entries));
    const results: Result[] = [];
    const measure = async (what: string, read: () => Promise<unknown>) => {
      const project = await wallMs(read, repetitions);
      results.push({ what, unit: 'ms', project, goals: [atMost(QUERY_GOAL_MS, 'ms', project)] });
    };
    const beside = `beside ${events}`;
    await measure(`the last ${PAGE} events of an app, ${beside}`, () =>
      listEvents(database, APPID, { limit: PAGE }),
    );
    await measure(`its events that changed one field, ${beside}`, () =>
      listEvents(database, APPID, { limit: PAGE, field: 'branches' }),
    );
    await measure(`its builds, ${beside}`, () => listBuilds(database, APPID, { limit: PAGE }));
    await measure(`a list of its ${VERSIONS} texts`, () => listVersions(database, APPID));
    await measure('its text farthest from a whole one, opened', () =>
      findVersion(database, APPID, changeNumbers.at(-64) ?? 0),
    );
    await database.destroy();
    return [...results, ...measureDiffs(entries)];
  },
};

/** The text whose size is the median of all. */
function pickText(entries: readonly AppBody[]): Buffer {
  const bySize = entries.toSorted((a, b) => a.body.length - b.body.length);
  return Buffer.from(bySize[bySize.length >> 1]?.body ?? '');
}

/** Each text differs from the next in a build and its time, as most versions do. Returns the change numbers of the texts. */
async function generateHistory(db: Database, events: number, text: Buffer): Promise<number[]> {
  const changeNumbers = Array.from({ length: VERSIONS + 1 }, (_, index) => 1_000 + 10 * index);
  const end = text.lastIndexOf('}');
  await insertVersions(
    db,
    APPID,
    changeNumbers.map((changeNumber) => {
      const build = `\t"buildid"\t\t"${20_000_000 + changeNumber}"\n\t"timeupdated"\t\t"${1_700_000_000 + changeNumber}"\n`;
      return {
        changeNumber,
        text: Buffer.concat([text.subarray(0, end), Buffer.from(build), text.subarray(end)]),
      };
    }),
  );
  await sql`
    insert into pics_events (at, change_number, subject_id, kind, type, changes)
    select now() - random() * interval '1 second', id, case when id % (${events}::integer / ${VERSIONS}) = 0 then ${APPID} else id % 283000 end,
      'app', 'build.published', jsonb_build_object('branches.public', jsonb_build_object('old', null, 'new', jsonb_build_object('build_id', id)))
    from generate_series(1, ${events}::integer) as id
  `.execute(db);
  await sql`
    insert into app_builds (appid, branch, build_id, time_updated, change_number)
    select case when id % 1000 = 0 then ${APPID} else id % 283000 end, 'public', id::text, now() - id * interval '1 minute', id
    from generate_series(1, ${events}::integer / 10) as id
  `.execute(db);
  await sql`vacuum analyze`.execute(db);
  return changeNumbers;
}

/** Measures diffs of consecutive texts of an app or, if no app has several, of different apps. */
function measureDiffs(entries: readonly AppBody[]): Result[] {
  const byApp = [...Map.groupBy(entries, ({ appid }) => appid).values()].filter((texts) => texts.length > 1);
  const histories = byApp.length > 0 ? byApp : [entries.slice(0, 1_000)];
  const pairs = histories.flatMap((texts) =>
    texts.slice(1).map((next, index) => [texts[index], next] as const),
  );
  const measure = (what: string, diff: (old: Uint8Array, next: Uint8Array) => unknown): Result => {
    const runs = pairs.map(([old, next]) => {
      const startedAt = performance.now();
      if (old) diff(old.body, next.body);
      return performance.now() - startedAt;
    });
    const project = figureOf(runs);
    return {
      what: `${what}, ${runs.length} pairs`,
      unit: 'ms',
      project,
      goals: [atMost(DIFF_GOAL_MS, 'ms', project)],
    };
  };
  return [
    measure('a unified diff of consecutive texts', (old, next) =>
      diffTexts({ name: 'old', text: old }, { name: 'new', text: next }),
    ),
    measure('their differences by path', (old, next) => diffTrees(parseKeyValues(old), parseKeyValues(next))),
  ];
}
