import type { FetchJob, WriteJob } from '@pics/core';
import type { JobQueue } from '@pics/queue';
import type { Tracing } from '@pics/service';
import type { PicsClient } from '@pics/steam';
import { fetchApps } from './fetch-apps.ts';
import type { FetcherMetrics } from './metrics.ts';
import { scanApps } from './scan-apps.ts';

export interface FetchJobDependencies {
  steam: Pick<PicsClient, 'getProductInfo' | 'getProductMetadata'>;
  writeQueue: Pick<JobQueue<WriteJob>, 'add'>;
  metrics: FetcherMetrics;
  tracing: Tracing;
}

/** One job, which is one PICS request: its result is on the write queue, and counted, when this resolves. */
export async function fetchJob(
  job: FetchJob,
  { steam, writeQueue, metrics, tracing }: FetchJobDependencies,
): Promise<Record<string, number>> {
  metrics.countRequest(job);
  const addWriteJob = (result: WriteJob) => {
    metrics.countResponses(result);
    // The apps a scan finds become the next batches. Behind records, they would leave the fetchers without work meanwhile.
    return writeQueue.add(result, result.task === 'scan' ? 'first' : 'last');
  };
  const attributes = { apps: job.appids.length };
  if (job.task === 'scan') {
    return scanApps(job, {
      getProductMetadata: (appids) =>
        tracing.span('request metadata', attributes, () => steam.getProductMetadata(appids)),
      addWriteJob,
    });
  }
  return fetchApps(job, {
    getProductInfo: (appids) =>
      tracing.span('request product info', attributes, () => steam.getProductInfo(appids)),
    addWriteJob,
  });
}
