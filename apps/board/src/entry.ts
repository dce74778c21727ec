import { connectDatabase, findDatabaseBlocker, measureLedger } from '@pics/database';
import { connectQueues, findFetchRate, findSteamPause, getQueueStates, reportReplica } from '@pics/queue';
import { environment, registerLedgerGauges, registerQueueGauges, runService } from '@pics/service';
import { startAlerts } from './alerts/start-alerts.ts';
import { defaultPort, describeEnvironment, findHost, required } from './config.ts';
import { createBoard } from './create-board.ts';

await runService({
  name: 'board',
  port: defaultPort,
  required,
  findHost,
  start: async (service) => {
    const { settings, log, metrics, stopping } = service;
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-board',
      maxConnections: 4,
    });
    service.onClose('database', () => database.destroy());
    const queues = await connectQueues(service);
    registerLedgerGauges(metrics, () => measureLedger(database));
    registerQueueGauges(metrics, async () => ({
      queues: await getQueueStates(queues),
      fetchRate: await findFetchRate(queues.fetch),
      steamPause: await findSteamPause(queues.redis),
    }));

    const { app, stream, read } = createBoard({
      settings,
      environment: describeEnvironment(settings.DATABASE_URL, environment()),
      database,
      queues,
      log,
      stopping,
    });
    service.serveOtherPaths(app);
    service.addReadinessCheck(() => findDatabaseBlocker(database));
    startAlerts(service, { read, database });
    reportReplica(service, queues, () => ({ counters: { 'open pages': stream.viewers } }));
  },
});
