import { WRITE_QUEUE, writeJobSchema } from '@pics/core';
import {
  addThroughput,
  connectDatabase,
  findDatabaseHindrance,
  recordScan,
  writeBatch,
} from '@pics/database';
import { keepReporting, openQueues, startWorker } from '@pics/queue';
import { repeat, runService } from '@pics/service';
import { defaultPort, required, TALLY_INTERVAL_MS, WRITE_CONCURRENCY } from './config.ts';
import { ThroughputTally } from './throughput-tally.ts';

await runService({
  name: 'writer',
  port: defaultPort,
  required,
  start: async ({ settings, log, stopping, onClose, watchProgress, describe }) => {
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-writer',
      maxConnections: WRITE_CONCURRENCY + 1,
    });
    onClose('database', () => database.destroy());

    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'));
    onClose('queues', () => queues.close());

    const tally = new ThroughputTally((done) => addThroughput(database, done));
    const tallying = repeat(() => tally.flush(), {
      intervalMs: TALLY_INTERVAL_MS,
      signal: stopping,
      onError: (err) => log.debug({ err }, 'throughput could not be added'),
    });
    onClose('tally', async () => {
      await tallying;
      await tally.flush().catch(() => {}); // It is missing from the plots then, and from nothing else.
    });

    const worker = startWorker({
      queue: WRITE_QUEUE,
      redisUrl: settings.REDIS_URL,
      concurrency: WRITE_CONCURRENCY,
      schema: writeJobSchema,
      step: async (job) => {
        const counts = await (job.kind === 'apps' ? writeBatch(database, job) : recordScan(database, job));
        tally.count(job);
        return counts;
      },
      findHindrance: () => findDatabaseHindrance(database),
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
      findOutsideCause: () => worker.hindrance,
    });
  },
});
