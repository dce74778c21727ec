import { packWriteJob, type FetchJob } from '@pics/core';
import { requestUnlessPaused, type Queues } from '@pics/queue';
import type { Tracing } from '@pics/service';
import type { PicsClient } from '@pics/steam';
import { fetchApps } from './fetch-apps.ts';
import type { FetcherMetrics } from './metrics.ts';
import { scanApps } from './scan-apps.ts';

export interface FetchJobDependencies {
  steam: Pick<PicsClient, 'getProductInfo' | 'getProductMetadata'>;
  queues: { redis: Queues['redis']; write: Pick<Queues['write'], 'add'> };
  metrics: FetcherMetrics;
  tracing: Tracing;
}

/** One job, which is one PICS request: its result is on the write queue, and counted, when this resolves. */
export async function fetchJob(
  job: FetchJob,
  { steam, queues, metrics, tracing }: FetchJobDependencies,
): Promise<Record<string, number>> {
  const attributes = { apps: job.appids.length };
  const request = <Result extends { parts: number }>(name: string, send: () => Promise<Result>) =>
    requestUnlessPaused(
      queues.redis,
      'products',
      () => {
        metrics.countRequest(job);
        return tracing.span(name, attributes, send);
      },
      ({ parts }) => parts > 0,
    );
  if (job.task === 'scan') {
    return scanApps(job, {
      getProductMetadata: (appids) => request('request metadata', () => steam.getProductMetadata(appids)),
      // The apps a scan finds become the next batches. Behind records, they would leave the fetchers without work meanwhile.
      addWriteJob: (result) => queues.write.add(result, 'first'),
    });
  }
  return fetchApps(job, {
    getProductInfo: (appids) => request('request product info', () => steam.getProductInfo(appids)),
    addWriteJob: (fetched) => {
      metrics.countResponses(fetched);
      return queues.write.add(packWriteJob(fetched), 'last');
    },
  });
}
