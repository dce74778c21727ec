import type { WriteJob } from '@pics/core';
import { recordScan, writeBatch, type Database, type UncheckedConnections } from '@pics/database';
import type { Tracing } from '@pics/service';
import type { createMetrics } from './metrics.ts';
import type { ThroughputTally } from './throughput-tally.ts';

export interface WriteJobEdges {
  database: Database;
  unchecked: UncheckedConnections;
  tally: ThroughputTally;
  metrics: ReturnType<typeof createMetrics>;
  tracing: Tracing;
}

/** One job: what came of a batch or of a scan goes into Postgres, in one transaction, and is counted once it is there. */
export async function writeJob(job: WriteJob, edges: WriteJobEdges): Promise<object> {
  const { database, unchecked, tally, metrics, tracing } = edges;
  if (job.kind === 'scan') {
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
