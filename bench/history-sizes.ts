import { diffRecords, extractApp, extractStoredText } from '@pics/appinfo';
import { connectDatabase, writeBatch, type Database } from '@pics/database';
import { sql } from 'kysely';
import {
  hasRecordedPics,
  readRecordedVersions,
  type RecordedVersion,
} from '../test/support/recorded-apps.ts';
import { cutBatches } from './input/batches.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

const BATCH_SIZE = 200;

const MAX_VERSION_BYTES = 300;
const MAX_EVENT_BYTES = 400;

/** What a replaced text, an event and a build take on disk, with their indexes, once all recorded versions were written. */
export const historySizes: Benchmark = {
  name: 'history-sizes',
  measures: 'bytes of each older text, event and build of the recorded history',
  run: async ({ log }) => {
    if (!hasRecordedPics) {
      log('skipped without recorded PICS data');
      return [];
    }
    const { url } = await (await startPostgres()).createDatabase();
    const database = connectDatabase(url, { applicationName: 'bench', maxConnections: 1 });
    await replay(database, readRecordedVersions());
    // As autovacuum would within minutes.
    await sql`vacuum analyze`.execute(database);
    const { rows } = await sql<{ name: string; count: number; bytes: number }>`
      select 'app_versions' as name, (select count(*) from app_versions)::integer as count,
        pg_total_relation_size('app_versions')::float8 as bytes
      union all
      select 'pics_events', (select count(*) from pics_events)::integer,
        (
          select sum(pg_total_relation_size(relid)) from pg_partition_tree('pics_events')
          where isleaf and exists (select from pg_class where oid = relid and relpages > 0)
        )::float8
      union all
      select 'app_builds', (select count(*) from app_builds)::integer, pg_total_relation_size('app_builds')::float8
    `.execute(database);
    await database.destroy();
    const goals: Record<string, number> = { app_versions: MAX_VERSION_BYTES, pics_events: MAX_EVENT_BYTES };
    return rows.map(({ name, count, bytes }): Result => {
      const project = figureOf([bytes / count]);
      const goal = goals[name];
      return {
        what: `${name} for each of ${count} rows, with its indexes, recorded history`,
        unit: 'B',
        project,
        goals: goal === undefined ? [] : [atMost(goal, 'B', project)],
      };
    });
  },
};

/** Writes these texts as the writer does: those of one app in their order, each in another batch. */
async function replay(database: Database, versions: readonly RecordedVersion[]): Promise<void> {
  const seen = new Map<number, number>();
  const rounds = Map.groupBy(versions, ({ appid }) => {
    const round = (seen.get(appid) ?? 0) + 1;
    seen.set(appid, round);
    return round;
  });
  const history = { diffRecords, toRecord: extractStoredText };
  for (const batch of rounds.values().flatMap((round) => cutBatches(round, BATCH_SIZE))) {
    const fetched = {
      batchId: 'bench',
      changeNumber: Math.max(...batch.map(({ changeNumber }) => changeNumber)),
      records: batch.map((version) => extractApp({ ...version, missingToken: false })),
      bodies: batch.map(({ appid, body }) => ({ appid, bytes: body })),
      unknown: [],
      failed: [],
      unanswered: [],
    };
    await writeBatch(database, fetched, { documents: 'versions', history });
  }
}
