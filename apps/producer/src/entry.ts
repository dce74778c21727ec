import { connectDatabase } from '@pics/database';
import { connectQueues, logEvictionRisk } from '@pics/queue';
import { observeSteam, registerSteamSession, runService } from '@pics/service';
import { connectSteam } from '@pics/steam';
import { defaultPort, required } from './config.ts';
import { FeedHealth } from './feed-health.ts';
import { createMetrics } from './metrics.ts';
import { startMode } from './modes.ts';
import { PollSpans } from './poll-spans.ts';
import type { Producer, ProducerState } from './producer.ts';
import { warnAboutFastRate } from './warn-about-fast-rate.ts';
import { StepFaults } from './step-faults.ts';
import { reportProducer, watchProgress } from './watch-progress.ts';

await runService({
  name: 'producer',
  port: defaultPort,
  required,
  start: async (service) => {
    const database = connectDatabase(service.settings.DATABASE_URL, {
      applicationName: 'pics-producer',
      maxConnections: 6,
    });
    service.onClose('database', () => database.destroy());
    const queues = await connectQueues(service);
    void logEvictionRisk(queues.redis, service.log);
    warnAboutFastRate(service);
    const steam = connectSteam(service, observeSteam(service.metrics));
    registerSteamSession(service.metrics, () => steam.status.loggedOn);

    const state: ProducerState = { leading: false, feed: new FeedHealth(), faults: new StepFaults() };
    const metrics = createMetrics(service.metrics, { database, queues, state });
    const pollSpans = new PollSpans();
    const producer: Producer = { ...service, database, queues, steam, metrics, pollSpans, state };
    watchProgress(producer);
    reportProducer(producer);
    startMode(producer);
  },
});
