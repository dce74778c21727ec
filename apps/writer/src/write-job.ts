import { unpackWriteJob, type WriteJob } from '@pics/core';
import { recordScan, recordTokens, writeBatch, type Database, type WriteOptions } from '@pics/database';
import type { Logger, Tracing } from '@pics/service';
import type { WriterMetrics } from './metrics.ts';
import type { ThroughputCounter } from './throughput-counter.ts';

export interface WriteJobDependencies {
  database: Database;
  /** What to store, and what to leave alone. */
  options: Pick<WriteOptions, 'keep' | 'documents' | 'toSections' | 'history'>;
  throughput: ThroughputCounter;
  metrics: WriterMetrics;
  tracing: Tracing;
  log: Logger;
}

/** One job: writes the result of a batch, a scan or a token request to Postgres in one transaction, and counts it once it is committed. */
export async function writeJob(job: WriteJob, dependencies: WriteJobDependencies): Promise<object> {
  const { database, options, throughput, metrics, tracing, log } = dependencies;
  if (job.task === 'scan') {
    const counts = await tracing.span('record scan', { apps: job.seen.length }, () =>
      recordScan(database, job),
    );
    metrics.countScanned(counts);
    throughput.count(job);
    return counts;
  }
  if (job.task === 'tokens') {
    const apps = job.granted.length + job.denied.length;
    const counts = await tracing.span('record tokens', { apps }, () => recordTokens(database, job));
    metrics.countTokens(counts);
    throughput.count(job);
    return counts;
  }
  const fetched = unpackWriteJob(job);
  const { records, changeNumber } = fetched;
  const counts = await tracing.span('write batch', { apps: records.length, changeNumber }, () =>
    writeBatch(database, fetched, {
      ...options,
      onRows: metrics.countRows,
      onPostponed: (reason, appids) => log.warn({ reason, appids }, 'apps cannot be written now'),
    }),
  );
  metrics.countWritten(counts);
  throughput.count(job);
  return counts;
}
