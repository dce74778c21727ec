import type { Span, Telemetry } from 'bullmq';
import { findRedisBlocker } from './connection.ts';
import { openQueues, type Queues } from './open-queues.ts';
import { keepReporting, type ReplicaReport } from './replicas.ts';
import type { WorkerLog } from './start-worker.ts';

/** The parts of a service that its queues use; `Service` of packages/service has them. */
export interface QueueService {
  settings: { REDIS_URL: string };
  log: WorkerLog;
  tracing: { enabled: boolean };
  stopping: AbortSignal;
  onClose: (name: string, close: () => unknown) => void;
  addReadinessCheck: (findReason: () => Promise<string | undefined>) => void;
  describe: () => Promise<Omit<ReplicaReport, 'role' | 'lastProgressAt' | 'counters'>>;
}

/** The queues of a service. */
export interface ServiceQueues extends Queues {
  telemetry: Telemetry | undefined;
}

/**
 * Opens both queues for the life of a service: it is ready only while Redis accepts writes, connection errors are logged, and
 * jobs carry traces when there is a collector.
 */
export async function connectQueues(
  service: Pick<QueueService, 'settings' | 'log' | 'tracing' | 'onClose' | 'stopping' | 'addReadinessCheck'>,
): Promise<ServiceQueues> {
  const telemetry = service.tracing.enabled ? await loadTelemetry() : undefined;
  const logError = (err: Error) => service.log.warn({ err }, 'redis connection');
  const queues = openQueues(service.settings.REDIS_URL, logError, telemetry);
  const { redis } = queues;
  service.addReadinessCheck(() => findRedisBlocker(redis));
  // What waits for a Redis that is not there would delay the end of the process.
  service.stopping.addEventListener('abort', () => {
    if (redis.status !== 'ready') redis.disconnect();
  });
  service.onClose('queues', () => queues.close());
  return { ...queues, telemetry };
}

/** Reports the state of this replica, with what `describe` adds, until the service stops. */
export function reportReplica(
  service: Pick<QueueService, 'onClose' | 'describe'>,
  queues: Pick<Queues, 'redis'>,
  describe: () => Pick<ReplicaReport, 'role' | 'lastProgressAt' | 'counters'>,
): void {
  const reporting = keepReporting(queues.redis, async () => ({
    ...(await service.describe()),
    ...describe(),
  }));
  service.onClose('report', () => reporting.stop());
}

/** The spans that belong to the path of a batch. BullMQ also makes some of its housekeeping, several a second when idle. */
const EXPORTED = /^(add|process) /;

/**
 * Loads what carries traces through jobs: a job is a span where it is added and one where it is processed, and the second is
 * a child of the first, in whichever process it runs.
 */
async function loadTelemetry(): Promise<Telemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  const { tracer, contextManager }: Telemetry = new BullMQOtel({ tracerName: 'pics' });
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, context) =>
        EXPORTED.test(name) ? tracer.startSpan(name, options, context) : DROPPED,
    },
  };
}

const DROPPED: Span = {
  setSpanOnContext: (context) => context,
  setAttribute: () => {},
  setAttributes: () => {},
  addEvent: () => {},
  recordException: () => {},
  end: () => {},
};
