import { packWriteJob, type FetchJob, type WriteJob } from '@pics/core';
import { requestUnlessPaused, type Queues } from '@pics/queue';
import type { Tracing } from '@pics/service';
import type { PicsClient } from '@pics/steam';
import { fetchApps } from './fetch-apps.ts';
import { fetchTokens } from './fetch-tokens.ts';
import type { FetcherMetrics } from './metrics.ts';
import { scanApps } from './scan-apps.ts';

export interface FetchJobDependencies {
  steam: Pick<PicsClient, 'getProductInfo' | 'getProductMetadata' | 'getAccessTokens'>;
  queues: { redis: Queues['redis']; write: Pick<Queues['write'], 'add'> };
  metrics: FetcherMetrics;
  tracing: Tracing;
}

/** One job, which is one PICS request: its result is on the write queue, and counted, when this resolves. */
export async function fetchJob(
  job: FetchJob,
  { steam, queues, metrics, tracing }: FetchJobDependencies,
): Promise<Record<string, number>> {
  // The apps that become wanted by a scan or a token are the next batches. If these results waited behind records, the
  // fetchers would run out of work.
  const addFirst = (result: WriteJob) => queues.write.add(result, 'first');
  const attributes = { apps: job.appids.length };
  const request = <Result extends object>(name: string, send: () => Promise<Result>) =>
    requestUnlessPaused(
      queues.redis,
      'products',
      () => {
        metrics.countRequest(job);
        return tracing.span(name, attributes, send);
      },
      (result) => !('parts' in result) || result.parts !== 0,
    );
  if (job.task === 'scan') {
    return scanApps(job, {
      getProductMetadata: (appids, tokens) =>
        request('request metadata', () => steam.getProductMetadata(appids, tokens)),
      addWriteJob: addFirst,
    });
  }
  if (job.task === 'tokens') {
    return fetchTokens(job, {
      getAccessTokens: (appids) => request('request access tokens', () => steam.getAccessTokens(appids, [])),
      addWriteJob: addFirst,
    });
  }
  return fetchApps(job, {
    getProductInfo: (appids, tokens) =>
      request('request product info', () => steam.getProductInfo(appids, tokens)),
    addWriteJob: (fetched) => {
      metrics.countResponses(fetched);
      return queues.write.add(packWriteJob(fetched), 'last');
    },
  });
}
