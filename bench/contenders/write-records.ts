import type { AppRecord, WriteAppsJob } from '@pics/core';
import { connectDatabase, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { openKyselyValues } from './kysely-values.ts';

/** Somebody who is connected and ready to write records. */
export interface RecordWriter {
  run: () => Promise<void>;
  close: () => Promise<void>;
}

/** How many apps a fetch brings, and so a write job. */
const BATCH_SIZE = 200;

/** The project: write jobs as the writer runs them, so many at once. */
export async function openProject(
  url: string,
  records: readonly AppRecord[],
  jobsAtOnce: number,
): Promise<RecordWriter> {
  const database = connectDatabase(url, { applicationName: 'bench', maxConnections: jobsAtOnce });
  // All at the same time, so that none of them waits for a connection that another gave back.
  await Promise.all(Array.from({ length: jobsAtOnce }, () => sql`select pg_sleep(0.05)`.execute(database)));
  const jobs = cutBatches(records).map((batch, index): WriteAppsJob => ({
    version: 1,
    kind: 'apps',
    batchId: `batch-${index}`,
    changeNumber: highestOf(batch),
    records: batch,
    unknown: [],
    failed: [],
    unanswered: [],
  }));
  return {
    run: () => share(jobs, jobsAtOnce, (job) => writeBatch(database, job)),
    close: () => database.destroy(),
  };
}

/** The peer: the same batches with Kysely's `.values()`, on so many connections. */
export async function openPeer(
  url: string,
  records: readonly AppRecord[],
  connections: number,
): Promise<RecordWriter> {
  const tables = await openKyselyValues(url, connections);
  return {
    run: () => share(cutBatches(records), connections, (batch) => tables.write(batch, highestOf(batch))),
    close: () => tables.close(),
  };
}

function cutBatches(records: readonly AppRecord[]): AppRecord[][] {
  return Array.from({ length: Math.ceil(records.length / BATCH_SIZE) }, (_, index) =>
    records.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
}

function highestOf(batch: readonly AppRecord[]): number {
  return Math.max(...batch.map(({ changeNumber }) => changeNumber));
}

/** Has so many workers take the tasks in turn. */
async function share<Task>(
  tasks: readonly Task[],
  workers: number,
  work: (task: Task) => Promise<unknown>,
): Promise<void> {
  const left = tasks.values();
  const worker = async () => {
    for (const task of left) await work(task);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
