import type { AppRecord, WriteAppsJob } from '@pics/core';
import { connectDatabase, UncheckedConnections, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { cutBatches, share } from './batches.ts';
import { openKyselyValues } from './kysely-values.ts';
import { highestChangeNumber } from './plain-rows.ts';

/** Somebody who is connected and ready to write records. */
export interface RecordWriter {
  run: () => Promise<void>;
  close: () => Promise<void>;
}

/** How many apps a fetch brings, and so a write job. */
const BATCH_SIZE = 200;

/**
 * The project: write jobs as the writer runs them, so many at once; as a superuser, who may check foreign keys by himself,
 * or as anybody else, for whom Postgres does.
 */
export async function openProject(
  url: string,
  records: readonly AppRecord[],
  jobsAtOnce: number,
  { superuser = true } = {},
): Promise<RecordWriter> {
  const options = { applicationName: 'bench', maxConnections: jobsAtOnce };
  const database = connectDatabase(url, options);
  const unchecked = new UncheckedConnections(url, options);
  if (!superuser) await unchecked.destroy();
  const connect = async () => {
    const pause = sql`select pg_sleep(0.05)`;
    return (await unchecked.try((trx) => pause.execute(trx))) ?? pause.execute(database);
  };
  // All at the same time, so that none of them waits for a connection that another gave back.
  await Promise.all(Array.from({ length: jobsAtOnce }, connect));
  const jobs = cutBatches(records, BATCH_SIZE).map((batch, index): WriteAppsJob => ({
    version: 1,
    task: 'apps',
    batchId: `batch-${index}`,
    changeNumber: highestChangeNumber(batch),
    records: batch,
    unknown: [],
    failed: [],
    unanswered: [],
  }));
  return {
    run: () => share(jobs, jobsAtOnce, (job) => writeBatch(database, job, { unchecked })),
    close: async () => {
      await unchecked.destroy();
      await database.destroy();
    },
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
    run: () => share(cutBatches(records, BATCH_SIZE), connections, tables.write),
    close: () => tables.close(),
  };
}
