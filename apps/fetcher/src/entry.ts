import { fetchJobSchema } from '@pics/core';
import { connectQueues, runWorker } from '@pics/queue';
import { observeSteam, registerSteamSession, runService } from '@pics/service';
import { connectSteam } from '@pics/steam';
import { defaultPort, required } from './config.ts';
import { fetchJob } from './fetch-job.ts';
import { findBlocker } from './find-blocker.ts';
import { createMetrics } from './metrics.ts';

await runService({
  name: 'fetcher',
  port: defaultPort,
  required,
  start: async (service) => {
    const { settings, tracing } = service;
    const queues = await connectQueues(service);
    const steam = connectSteam(service, observeSteam(service.metrics));
    registerSteamSession(service.metrics, () => steam.status.loggedOn);
    const metrics = createMetrics(service.metrics);
    runWorker(service, queues, {
      queue: queues.fetch,
      concurrency: settings.FETCH_CONCURRENCY,
      schema: fetchJobSchema,
      step: (job) => fetchJob(job, { steam, queues, metrics, tracing }),
      findBlocker: () => findBlocker(steam.status, queues),
      findOutage: () => findBlocker(steam.status, queues).catch(() => undefined),
      onAttempt: metrics.onAttempt,
      progress: { what: 'response from Steam', lastProgressAt: () => steam.status.lastResponseAt },
      getCounters: ({ completedJobs }) => ({ requests: completedJobs }),
    });
  },
});
