import { diffRecords, extractStoredText } from '@pics/appinfo';
import { connectDatabase, type Database, type WriteOptions } from '@pics/database';
import { sql } from 'kysely';
import { storeApps, type Response } from '../packages/database/src/testing/store-apps.ts';
import { hasRecordedPics, readRecordedVersions } from '../test/support/recorded-apps.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

const GOALS: Record<string, number> = { app_versions: 300, pics_events: 400 };

/** Apps have been written in today's format since about this change number, of January 2025. */
const RECENT = 27_000_000;

/** In a table of a few thousand rows its page maps alone are a tenth of it. */
const COPIES = 20;

const HISTORY: WriteOptions = {
  documents: 'versions',
  history: { diffRecords, toRecord: extractStoredText },
};

/** What a replaced text, an event and a build take on disk, with their indexes, once all recorded versions were written. */
export const historySizes: Benchmark = {
  name: 'history-sizes',
  measures: 'bytes of each older text, event and build of the recorded history',
  run: async ({ log }) => {
    if (!hasRecordedPics) {
      log('skipped without recorded PICS data');
      return [];
    }
    const versions = readRecordedVersions();
    const postgres = await startPostgres();
    const measure = async (which: string, some: readonly Response[]) => {
      const { url, drop } = await postgres.createDatabase();
      const database = connectDatabase(url, { applicationName: 'bench', maxConnections: 1 });
      await storeApps(database, some, HISTORY);
      await copyHistory(database);
      const sizes = await measureSizes(database);
      await database.destroy();
      await drop();
      return sizes.map(({ table, bytes }) =>
        toResult(`${table}, a row with its indexes, ${which}`, table, bytes),
      );
    };
    const recent = versions.filter(({ changeNumber }) => changeNumber > RECENT);
    return [
      ...(await measure('recorded history', versions)),
      ...(await measure('that of 2025 and 2026', recent)),
    ];
  },
};

function toResult(what: string, table: string, bytes: number): Result {
  const project = figureOf([bytes]);
  const goal = GOALS[table];
  return { what, unit: 'B', project, goals: goal === undefined ? [] : [atMost(goal, 'B', project)] };
}

/** Gives the history of each app to other appids as well. */
async function copyHistory(database: Database): Promise<void> {
  const appid = sql`appid + copy * 10000000`;
  const copies = sql`generate_series(1, ${sql.lit(COPIES - 1)}) as copy`;
  await sql`
    insert into app_versions (appid, variant, change_number, last_change_number, seen_at, size, encoding, sha1, body)
    select ${appid}, variant, change_number, last_change_number, seen_at, size, encoding, sha1, body
    from app_versions, ${copies} order by change_number, copy
  `.execute(database);
  await sql`
    insert into pics_events (change_number, subject_id, type, kind, changes)
    select change_number, subject_id + copy * 10000000, type, kind, changes
    from pics_events, ${copies} order by change_number, copy
  `.execute(database);
  await sql`
    insert into app_builds (appid, branch, build_id, time_updated, change_number)
    select ${appid}, branch, build_id, time_updated, change_number
    from app_builds, ${copies} order by change_number, copy
  `.execute(database);
  // As autovacuum would within minutes.
  await sql`vacuum analyze`.execute(database);
}

async function measureSizes(database: Database): Promise<{ table: string; bytes: number }[]> {
  const { rows } = await sql<{ table: string; bytes: number }>`
    select 'app_versions' as table, pg_total_relation_size('app_versions') / (select count(*) from app_versions)::float8 as bytes
    union all
    select 'pics_events', (
      select sum(pg_total_relation_size(relid)) from pg_partition_tree('pics_events')
      where isleaf and exists (select from pg_class where oid = relid and relpages > 0)
    ) / (select count(*) from pics_events)::float8
    union all
    select 'app_builds', pg_total_relation_size('app_builds') / (select count(*) from app_builds)::float8
    order by 1 desc
  `.execute(database);
  return rows;
}
