import type { WriteJob } from '@pics/core';
import { recordScan, writeBatch, type Database, type UncheckedConnections } from '@pics/database';
import type { Tracing } from '@pics/service';
import type { createMetrics } from './metrics.ts';
import type { ThroughputCounter } from './throughput-counter.ts';

export interface WriteJobDependencies {
  database: Database;
  unchecked: UncheckedConnections;
  tally: ThroughputCounter;
  metrics: ReturnType<typeof createMetrics>;
  tracing: Tracing;
}

/** One job: what came of a batch or of a scan goes into Postgres, in one transaction, and is counted once it is there. */
export async function writeJob(job: WriteJob, dependencies: WriteJobDependencies): Promise<object> {
  const { database, unchecked, tally, metrics, tracing } = dependencies;
  if (job.task === 'scan') {
    const counts = await tracing.span('record scan', { apps: job.seen.length }, () =>
      recordScan(database, job),
    );
    metrics.countScanned(counts);
    tally.count(job);
    return counts;
  }
  const { records, changeNumber } = job;
  const counts = await tracing.span('write batch', { apps: records.length, changeNumber }, () =>
    writeBatch(database, job, { unchecked, onRows: metrics.countRows }),
  );
  metrics.countWritten(counts);
  tally.count(job);
  return counts;
}
