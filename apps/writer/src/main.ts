import { WRITE_QUEUE, writeJobSchema } from '@pics/core';
import { connectDatabase, findDatabaseHindrance, recordScan, writeBatch } from '@pics/database';
import { openQueues, startWorker } from '@pics/queue';
import { runService } from '@pics/service';
import { defaultPort, required, WRITE_CONCURRENCY } from './config.ts';

await runService({
  name: 'writer',
  port: defaultPort,
  required,
  start: async ({ settings, log, onClose, watchProgress }) => {
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-writer',
      maxConnections: WRITE_CONCURRENCY + 1,
    });
    onClose('database', () => database.destroy());

    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'));
    onClose('queues', () => queues.close());

    const worker = startWorker({
      queue: WRITE_QUEUE,
      redisUrl: settings.REDIS_URL,
      concurrency: WRITE_CONCURRENCY,
      schema: writeJobSchema,
      step: (job) => (job.kind === 'apps' ? writeBatch(database, job) : recordScan(database, job)),
      findHindrance: () => findDatabaseHindrance(database),
      log,
    });
    onClose('worker', () => worker.close());
    watchProgress({
      what: 'write',
      hasWork: async () => worker.activeJobs > 0 || (await queues.write.hasJobToTake()),
      lastProgressAt: () => worker.lastCompletedAt,
      findOutsideCause: () => worker.hindrance,
    });
  },
});
