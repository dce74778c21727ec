import { WRITE_QUEUE, writeJobSchema } from '@pics/core';
import { addThroughput, connectDatabase, findDatabaseBlocker, UncheckedConnections } from '@pics/database';
import { keepReporting, loadTelemetry, openQueues, startWorker } from '@pics/queue';
import { repeat, runService } from '@pics/service';
import { defaultPort, required, TALLY_INTERVAL_MS, WRITE_CONCURRENCY } from './config.ts';
import { createMetrics } from './metrics.ts';
import { ThroughputCounter } from './throughput-counter.ts';
import { writeJob } from './write-job.ts';

await runService({
  name: 'writer',
  port: defaultPort,
  required,
  start: async ({
    settings,
    log,
    metrics: registry,
    tracing,
    stopping,
    onClose,
    watchProgress,
    describe,
  }) => {
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-writer',
      maxConnections: WRITE_CONCURRENCY + 1,
    });
    onClose('database', () => database.destroy());
    const unchecked = new UncheckedConnections(
      settings.DATABASE_URL,
      { applicationName: 'pics-writer', maxConnections: WRITE_CONCURRENCY },
      (reason) => log.info({ reason }, 'foreign keys are left to Postgres, row by row'),
    );
    onClose('unchecked connections', () => unchecked.destroy());

    const telemetry = await loadTelemetry(tracing.enabled);
    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'), telemetry);
    onClose('queues', () => queues.close());

    const tally = new ThroughputCounter((done) => addThroughput(database, done));
    const tallying = repeat(() => tally.flush(), {
      intervalMs: TALLY_INTERVAL_MS,
      signal: stopping,
      onError: (err) => log.debug({ err }, 'throughput could not be added'),
    });
    onClose('tally', async () => {
      await tallying;
      await tally.flush().catch(() => {}); // It is missing from the plots then, and from nothing else.
    });

    const metrics = createMetrics(registry);
    const worker = startWorker({
      queue: WRITE_QUEUE,
      redisUrl: settings.REDIS_URL,
      concurrency: WRITE_CONCURRENCY,
      schema: writeJobSchema,
      step: (job) => writeJob(job, { database, unchecked, tally, metrics, tracing }),
      findBlocker: () => findDatabaseBlocker(database),
      onAttempt: metrics.onAttempt,
      telemetry,
      log,
    });
    const reporting = keepReporting(queues.redis, async () => ({
      ...(await describe()),
      lastProgressAt: worker.lastCompletedAt?.toISOString(),
      counters: { apps: tally.total.apps },
    }));
    onClose('report', () => reporting.stop());
    onClose('worker', () => worker.close());
    watchProgress({
      what: 'write',
      hasWork: async () => worker.activeJobs > 0 || (await queues.write.hasJobToTake()),
      lastProgressAt: () => worker.lastCompletedAt,
      findOutsideCause: () => worker.blocker,
    });
  },
});
