import { FETCH_QUEUE, fetchJobSchema } from '@pics/core';
import { keepReporting, loadTelemetry, openQueues, startWorker } from '@pics/queue';
import { runService } from '@pics/service';
import { createPicsClient, type PicsClient } from '@pics/steam';
import { defaultPort, required } from './config.ts';
import { fetchApps, type FetchAppsDependencies } from './fetch-apps.ts';
import { findBlocker } from './find-blocker.ts';
import { createMetrics } from './metrics.ts';
import { scanApps, type ScanAppsDependencies } from './scan-apps.ts';

await runService({
  name: 'fetcher',
  port: defaultPort,
  required,
  start: async ({ settings, log, metrics: registry, tracing, onClose, watchProgress, describe }) => {
    const telemetry = await loadTelemetry(tracing.enabled);
    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'), telemetry);
    onClose('queues', () => queues.close());

    const metrics = createMetrics(registry, () => steam.status);
    const steam: PicsClient = createPicsClient({
      cmServers: settings.STEAM_CM_SERVERS,
      requestTimeoutMs: settings.STEAM_REQUEST_TIMEOUT_MS,
      observer: metrics.steam,
      log,
    });
    onClose('steam', () => steam.close());
    void steam.logOn().catch((err: unknown) => log.debug({ err }, 'closed before the first logon'));

    const dependencies: FetchAppsDependencies & ScanAppsDependencies = {
      getProductInfo: (appids) =>
        tracing.span('ask for product info', { apps: appids.length }, () => steam.getProductInfo(appids)),
      getProductMetadata: (appids) =>
        tracing.span('ask for metadata', { apps: appids.length }, () => steam.getProductMetadata(appids)),
      addWriteJob: (job) => {
        metrics.countAnswers(job);
        // What a scan saw becomes the next batches. Behind records it would leave fetchers without work meanwhile.
        return queues.write.add(job, job.task === 'scan' ? 'first' : 'last');
      },
    };
    const worker = startWorker({
      queue: FETCH_QUEUE,
      redisUrl: settings.REDIS_URL,
      concurrency: settings.FETCH_CONCURRENCY,
      schema: fetchJobSchema,
      step: (job) => {
        metrics.countRequest(job);
        return job.task === 'apps' ? fetchApps(job, dependencies) : scanApps(job, dependencies);
      },
      findBlocker: () => findBlocker(steam.status, queues.write),
      onAttempt: metrics.onAttempt,
      telemetry,
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
      lastProgressAt: () => steam.status.lastResponseAt,
      findOutsideCause: () => worker.blocker,
    });
  },
});
