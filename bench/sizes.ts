import { extractApp } from '@pics/appinfo';
import type { AppRecord } from '@pics/core';
import { connectDatabase, markWanted, writeBatch, type Database } from '@pics/database';
import { startSimulator } from '@pics/simulator';
import { sql } from 'kysely';
import { writeJob } from '../packages/database/src/testing/app-record.ts';
import { hasRecordedPics } from '../test/support/recorded-apps.ts';
import { readAppRecords } from './input/app-records.ts';
import { atMost, type Benchmark, type Result } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';
import { startPostgres } from './pipeline/postgres.ts';

const APPS = 300_000;
const BATCH_SIZE = 200;

/** For the newest recorded text of each app, with the index. */
const MAX_DOCUMENT_BYTES = 1_450;

/** A million changes are inserted by one statement, and one vacuum visits all tables. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** Changes of the feed are pruned after CHANGES_RETENTION_DAYS, so their number does not follow from that of the apps. */
const CHANGES = 1_000_000;

/** What the tables and indexes of a full catalogue take on disk: of generated apps, and of copies of recorded ones. */
export const sizes: Benchmark = {
  name: 'sizes',
  measures: `megabytes of each table and index with ${APPS.toLocaleString('en-US')} apps`,
  run: async ({ long, log }) => {
    const apps = long ? APPS : APPS / 100;
    const postgres = await startPostgres();
    const results: Result[] = [];
    const measure = async (origin: string, sent: Sent) => {
      const { url, drop } = await postgres.createDatabase();
      const database = connectDatabase(url, {
        applicationName: 'bench',
        maxConnections: 1,
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
      log(`storing ${apps} ${origin} apps`);
      await store(database, sent);
      await insertChanges(database, long ? CHANGES : CHANGES / 100);
      // As autovacuum would within minutes.
      await sql`vacuum analyze`.execute(database);
      results.push(await readDocumentSize(database, origin), ...(await readSizes(database, origin)));
      await database.destroy();
      await drop();
    };
    await measure('generated', generate(apps));
    if (hasRecordedPics) {
      const { origin, records, texts } = await readAppRecords(apps);
      log(origin);
      await measure(
        'recorded',
        records.slice(0, apps).map((record, index) => ({ record, text: texts[index] ?? new Uint8Array() })),
      );
    }
    return results;
  },
};

interface SentApp {
  record: AppRecord;
  text: Uint8Array;
}

type Sent = AsyncIterable<SentApp> | Iterable<SentApp>;

/** One at a time: 300,000 texts do not fit into memory. */
async function* generate(count: number): AsyncGenerator<SentApp> {
  const simulator = await startSimulator({ apps: count, cacheBytes: 0 });
  try {
    for (const { appid } of simulator.apps()) {
      const app = simulator.findApp(appid);
      if (!app || app.text.length === 0) continue;
      yield { record: extractApp({ ...app, appid, body: app.text }), text: app.text };
    }
  } finally {
    await simulator.close();
  }
}

async function store(database: Database, sent: Sent): Promise<void> {
  let batch: SentApp[] = [];
  const write = async () => {
    const changeNumber = Math.max(...batch.map(({ record }) => record.changeNumber));
    // Wanted first, as a scan does it: the row of the ledger is then updated when the app is written.
    await markWanted(database, { appids: batch.map(({ record }) => record.appid) });
    const bodies = batch.map(({ record, text }) => ({ appid: record.appid, bytes: text }));
    await writeBatch(
      database,
      writeJob({ changeNumber, records: batch.map(({ record }) => record), bodies }),
    );
    batch = [];
  };
  for await (const app of sent) if (batch.push(app) === BATCH_SIZE) await write();
  if (batch.length > 0) await write();
}

async function insertChanges(database: Database, count: number): Promise<void> {
  await sql`
    insert into pics_changes (change_number, kind, id, needs_token, seen_at)
    select 30000000 + i, 'app', i % 300000 * 10, false, '2026-01-01'::timestamptz + i * interval '3 seconds'
    from generate_series(1, ${count}::integer) i
  `.execute(database);
}

/** What the document of an app takes on disk, with its index and the page of a long one elsewhere. */
async function readDocumentSize(database: Database, origin: string): Promise<Result> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_total_relation_size('app_documents')::float8 / count(*) as bytes from app_documents
  `.execute(database);
  const project = figureOf(rows.map(({ bytes }) => bytes));
  return {
    what: `app_documents for each app, with its index, ${origin} apps`,
    unit: 'B',
    project,
    goals: origin === 'recorded' ? [atMost(MAX_DOCUMENT_BYTES, 'B', project)] : [],
  };
}

/** In megabytes: what is smaller is left out. */
const SMALLEST = 0.1;

/** The largest first. */
async function readSizes(database: Database, origin: string): Promise<Result[]> {
  const { rows } = await sql<{ name: string; rows: number; megabytes: number }>`
    select relname as name, reltuples::float8 as rows, round((case relkind
      when 'i' then pg_relation_size(oid)
      else pg_table_size(oid)
    end) / 1e6, 1)::float8 as megabytes
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')
    union all
    select 'all', (select count(*) from apps), round(sum(pg_total_relation_size(oid)) / 1e6, 1)::float8
    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    order by 3 desc
  `.execute(database);
  return rows
    .filter(({ megabytes }) => megabytes >= SMALLEST)
    .map(({ name, rows: count, megabytes }) => ({
      what: `${name}, ${count} rows, ${origin} apps`,
      unit: 'MB',
      project: figureOf([megabytes]),
      goals: [],
    }));
}
