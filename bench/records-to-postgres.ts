import type { AppRecord } from '@pics/core';
import { connectDatabase, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { writeJob } from '../packages/database/src/testing/app-record.ts';
import { WRITE_CONCURRENCY } from '../apps/writer/src/config.ts';
import { changeEveryFiftieth, readAppRecords } from './input/app-records.ts';
import { cutBatches, runConcurrently } from './input/batches.ts';
import { atLeast, type Benchmark, type Result } from './measure/benchmark.ts';
import { figureOf, interleave, type Figure, type Measurement } from './measure/figure.ts';
import { countRows, openCopy, readRows, type RecordWriter } from './peers/copy-rows.ts';
import { highestChangeNumber, openKyselyValues } from './peers/kysely-values.ts';
import { startPostgres, type BenchPostgres } from './pipeline/postgres.ts';

const APPS = 10_000;
const BATCH_SIZE = 200;

/** The peer runs with the best of these numbers of connections, found with this many apps. */
const TRIAL_CONNECTIONS = [1, 2, 4];
const TRIAL_APPS = 2_000;

type Measured = 'projectNew' | 'projectStored' | 'peerNew' | 'peerStored' | 'copyOn1' | 'copyOn2';
type Open = (url: string) => Promise<RecordWriter>;

/** Writes records of new apps into all tables, and then of apps that are already stored. */
export const recordsToPostgres: Benchmark = {
  name: 'records-to-postgres',
  measures: 'records → Postgres, all tables: new apps, and apps that are already stored',
  run: async ({ repetitions, log }) => {
    const postgres = await startPostgres();
    const { origin, records } = await readAppRecords(APPS);
    const changed = changeEveryFiftieth(records);
    const stored = await storeAll(postgres, records);
    const connections = await findBestConnections(postgres, records, log);
    const measured = (template: string, open: Open) =>
      createMeasurement(postgres, { template, open, apps: records.length, rowCounts: stored.rowCounts });
    const { empty } = postgres;
    const writers = {
      projectNew: measured(empty, (url) => openProject(url, records)),
      projectStored: measured(stored.name, (url) => openProject(url, changed)),
      peerNew: measured(empty, (url) => openPeer(url, records, connections)),
      peerStored: measured(stored.name, (url) => openPeer(url, changed, connections)),
      copyOn1: measured(empty, (url) => openCopy(url, stored.rows, 1)),
      copyOn2: measured(empty, (url) => openCopy(url, stored.rows, 2)),
    };
    const names = Object.keys(writers) as Measured[];
    const collect = <Value>(valueOf: (name: Measured) => Value) =>
      Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Measured, Value>;
    const perSecond = await interleave(
      collect((name) => writers[name].measure),
      { repetitions, log },
    );
    const compared = { peerName: `Kysely .values() on ${connections} connections`, note: origin };
    const results = compare(perSecond, { ...compared, unit: 'apps/s', hasGoals: true });
    if (Number.isNaN(postgres.cpuSeconds())) return results;
    const perCpuSecond = collect((name) => figureOf(writers[name].perCpuSecond.slice(-repetitions)));
    return [...results, ...compare(perCpuSecond, { ...compared, unit: 'apps/CPU-s', hasGoals: false })];
  },
};

function compare(
  { projectNew, projectStored, peerNew, peerStored, copyOn1, copyOn2 }: Record<Measured, Figure>,
  { peerName, note, unit, hasGoals }: { peerName: string; note: string; unit: string; hasGoals: boolean },
): Result[] {
  const limit =
    copyOn1.median > copyOn2.median
      ? { name: 'COPY on 1 connection', ...copyOn1 }
      : { name: 'COPY on 2 connections', ...copyOn2 };
  const peer = { name: peerName, ...peerNew };
  const copies = `COPY on 1 connection ${Math.round(copyOn1.median)}, on 2 ${Math.round(copyOn2.median)}`;
  return [
    {
      what: 'records → Postgres, new apps, all tables, foreign keys on',
      unit,
      project: projectNew,
      peer,
      limit,
      goals: hasGoals ? [atLeast(1.5, projectNew, peer), atLeast(0.5, projectNew, limit)] : [],
      note: `${note}; ${copies}`,
    },
    {
      what: 'records → Postgres, stored apps, one in fifty changed',
      unit,
      project: projectStored,
      peer: { name: peerName, ...peerStored },
      limit: { ...limit, name: `${limit.name}, new apps` },
      goals: hasGoals ? [atLeast(2, projectStored, peer)] : [],
    },
  ];
}

/**
 * Measures a writer on a new copy of a database. Copying, connecting and checking the row counts are not measured.
 *
 * @returns `measure`, which returns apps per second, and the apps per CPU-second of Postgres and this process in each run.
 */
function createMeasurement(
  postgres: BenchPostgres,
  { template, open, apps, rowCounts }: { template: string; open: Open; apps: number; rowCounts?: string },
): { measure: Measurement; perCpuSecond: number[] } {
  const perCpuSecond: number[] = [];
  const measure = async () => {
    const { url, drop } = await postgres.createDatabase(template);
    const writer = await open(url);
    const postgresBefore = postgres.cpuSeconds();
    const clientBefore = process.cpuUsage();
    const startedAt = performance.now();
    await writer.run();
    const seconds = (performance.now() - startedAt) / 1_000;
    const client = process.cpuUsage(clientBefore);
    const cpuSeconds = postgres.cpuSeconds() - postgresBefore + (client.user + client.system) / 1e6;
    await writer.close();
    const written = await countRows(url);
    await drop();
    if (rowCounts !== undefined && written !== rowCounts) throw new Error(`${written}, not ${rowCounts}`);
    perCpuSecond.push(apps / cpuSeconds);
    return apps / seconds;
  };
  return { measure, perCpuSecond };
}

/** The project: write jobs with the concurrency of the writer. */
export async function openProject(url: string, records: readonly AppRecord[]): Promise<RecordWriter> {
  const database = connectDatabase(url, { applicationName: 'bench', maxConnections: WRITE_CONCURRENCY });
  // Opens every connection: while one sleeps, the next query needs another.
  const connect = () => sql`select pg_sleep(0.05)`.execute(database);
  await Promise.all(Array.from({ length: WRITE_CONCURRENCY }, connect));
  const jobs = cutBatches(records, BATCH_SIZE).map((batch) =>
    writeJob({ changeNumber: highestChangeNumber(batch), records: batch }),
  );
  return {
    run: () => runConcurrently(jobs, WRITE_CONCURRENCY, (job) => writeBatch(database, job)),
    close: () => database.destroy(),
  };
}

/** The peer: the same batches with Kysely's `.values()`. */
async function openPeer(
  url: string,
  records: readonly AppRecord[],
  connections: number,
): Promise<RecordWriter> {
  const tables = await openKyselyValues(url, connections);
  return {
    run: () => runConcurrently(cutBatches(records, BATCH_SIZE), connections, tables.write),
    close: () => tables.close(),
  };
}

/** Writes all records once and returns the database, its rows and their counts. */
async function storeAll(postgres: BenchPostgres, records: readonly AppRecord[]) {
  const { name, url } = await postgres.createDatabase();
  const writer = await openProject(url, records);
  await writer.run();
  await writer.close();
  const database = connectDatabase(url, { applicationName: 'bench', maxConnections: 1 });
  await sql`vacuum analyze`.execute(database); // As autovacuum would a few minutes later.
  await database.destroy();
  return { name, rows: await readRows(url), rowCounts: await countRows(url) };
}

async function findBestConnections(
  postgres: BenchPostgres,
  records: readonly AppRecord[],
  log: (progress: string) => void,
): Promise<number> {
  const few = records.slice(0, TRIAL_APPS);
  let best = { connections: 1, rate: 0 };
  for (const connections of TRIAL_CONNECTIONS) {
    const open: Open = (url) => openPeer(url, few, connections);
    const trial = createMeasurement(postgres, { template: postgres.empty, open, apps: few.length });
    const rate = await trial.measure();
    log(`trial of the peer on ${connections} connections: ${Math.round(rate)}`);
    if (rate > best.rate) best = { connections, rate };
  }
  return best.connections;
}
