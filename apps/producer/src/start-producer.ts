import { connectDatabase, findDatabaseBlocker } from '@pics/database';
import { findEvictionRisk, inspectRedis, keepReporting, loadTelemetry, openQueues } from '@pics/queue';
import type { Service } from '@pics/service';
import { createPicsClient, type PicsClient } from '@pics/steam';
import type { required } from './config.ts';
import { createMetrics } from './metrics.ts';
import { monitorChanges } from './monitor-changes.ts';
import { PollSpans } from './poll-spans.ts';
import type { Producer, ProducerState } from './producer.ts';
import { syncEverything } from './sync-everything.ts';

const MODES = { change_monitor: monitorChanges, bulk_sync: syncEverything };

/** Connects the producer and sets it going in its mode; resolves when it is under way. */
export async function startProducer(service: Service<(typeof required)[number]>): Promise<void> {
  const { settings, log, tracing, onClose, onReadiness, watchProgress, stop } = service;
  const database = connectDatabase(settings.DATABASE_URL, {
    applicationName: 'pics-producer',
    maxConnections: 6,
  });
  onClose('database', () => database.destroy());
  const telemetry = await loadTelemetry(tracing.enabled);
  const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'), telemetry);
  onClose('queues', () => queues.close());
  const state: ProducerState = { leading: false };
  const metrics = createMetrics(service.metrics, {
    database,
    queues,
    getSession: () => steam.status,
    state,
  });
  const steam: PicsClient = createPicsClient({
    cmServers: settings.STEAM_CM_SERVERS,
    requestTimeoutMs: settings.STEAM_REQUEST_TIMEOUT_MS,
    observer: metrics.steam,
    log,
  });
  onClose('steam', () => steam.close());
  void steam.logOn().catch((err: unknown) => log.debug({ err }, 'closed before the first logon'));

  void inspectRedis(queues.redis)
    .then(findEvictionRisk)
    .then(
      (risk) => risk && log.error(risk),
      (err: unknown) => log.warn({ err }, 'the eviction policy of Redis could not be read'),
    );

  const pollSpans = new PollSpans();
  const producer: Producer = { ...service, database, queues, steam, metrics, pollSpans, state };
  const follows = () => producer.state.leading && settings.MODE === 'change_monitor';
  onReadiness(() =>
    follows() && !producer.state.lastPollAt ? 'the change feed has not been read yet' : undefined,
  );
  watchProgress({
    what: 'poll',
    // One that stands by while another leads is ready; a bulk sync polls once.
    hasWork: follows,
    lastProgressAt: () => producer.state.lastPollAt,
    findOutsideCause: async () => {
      if (!steam.status.loggedOn) return `no session with Steam: ${steam.status.reason}`;
      return findDatabaseBlocker(database);
    },
  });
  const reporting = keepReporting(queues.redis, async () => ({
    ...(await service.describe()),
    role: producer.state.leading ? 'leads' : 'stands by',
    lastProgressAt: producer.state.lastPollAt?.toISOString(),
    counters: {},
  }));
  onClose('report', () => reporting.stop());
  const running = MODES[settings.MODE](producer).then(
    () => stop(),
    (error: unknown) => stop(error),
  );
  onClose('loops', () => running);
}
