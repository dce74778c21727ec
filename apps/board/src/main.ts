import { connectDatabase, findDatabaseBlocker, measureLedger } from '@pics/database';
import { findFetchRate, getQueueStates, keepReporting, openQueues } from '@pics/queue';
import { environment, registerLedgerGauges, registerQueueGauges, runService } from '@pics/service';
import { defaultPort, describeEnvironment, findHost, required } from './config.ts';
import { createBoard } from './create-board.ts';

await runService({
  name: 'board',
  port: defaultPort,
  required,
  findHost,
  start: async ({ settings, log, metrics, stopping, onClose, onReadiness, answerOtherPaths, describe }) => {
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-board',
      maxConnections: 4,
    });
    onClose('database', () => database.destroy());
    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'));
    onClose('queues', () => queues.close());
    registerLedgerGauges(metrics, () => measureLedger(database));
    registerQueueGauges(metrics, async () => ({
      queues: await getQueueStates(queues),
      fetchRate: await findFetchRate(queues.fetch),
    }));

    const { app, stream } = createBoard({
      settings,
      environment: describeEnvironment(settings.DATABASE_URL, environment()),
      database,
      queues,
      log,
      stopping,
    });
    answerOtherPaths(app);
    onReadiness(() => findDatabaseBlocker(database));
    const reporting = keepReporting(queues.redis, async () => ({
      ...(await describe()),
      counters: { 'open pages': stream.viewers },
    }));
    onClose('report', () => reporting.stop());
  },
});
