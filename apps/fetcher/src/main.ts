import { FETCH_QUEUE, fetchJobSchema } from '@pics/core';
import { keepReporting, openQueues, startWorker } from '@pics/queue';
import { runService } from '@pics/service';
import { createPicsClient } from '@pics/steam';
import { defaultPort, required } from './config.ts';
import { fetchApps, type FetchAppsEdges } from './fetch-apps.ts';
import { findHindrance } from './find-hindrance.ts';
import { scanApps, type ScanAppsEdges } from './scan-apps.ts';

await runService({
  name: 'fetcher',
  port: defaultPort,
  required,
  start: async ({ settings, log, onClose, watchProgress, describe }) => {
    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'));
    onClose('queues', () => queues.close());

    const steam = createPicsClient({
      cmServers: settings.STEAM_CM_SERVERS,
      requestTimeoutMs: settings.STEAM_REQUEST_TIMEOUT_MS,
      log,
    });
    onClose('steam', () => steam.close());
    void steam.logOn().catch((err: unknown) => log.debug({ err }, 'closed before the first logon'));

    const edges: FetchAppsEdges & ScanAppsEdges = {
      getProductInfo: (appids) => steam.getProductInfo(appids),
      getProductMetadata: (appids) => steam.getProductMetadata(appids),
      addWriteJob: (job) => queues.write.add(job),
    };
    const worker = startWorker({
      queue: FETCH_QUEUE,
      redisUrl: settings.REDIS_URL,
      concurrency: settings.FETCH_CONCURRENCY,
      schema: fetchJobSchema,
      step: (job) => (job.kind === 'apps' ? fetchApps(job, edges) : scanApps(job, edges)),
      findHindrance: () => findHindrance(steam.status, queues.write),
      log,
    });
    const reporting = keepReporting(queues.redis, async () => ({
      ...(await describe()),
      lastProgressAt: worker.lastCompletedAt?.toISOString(),
      counters: { requests: worker.completedJobs },
    }));
    onClose('report', () => reporting.stop());
    onClose('worker', () => worker.close());
    watchProgress({
      what: 'answer of Steam',
      hasWork: async () => worker.activeJobs > 0 || (await queues.fetch.hasJobToTake()),
      lastProgressAt: () => steam.status.lastAnswerAt,
      findOutsideCause: () => worker.hindrance,
    });
  },
});
