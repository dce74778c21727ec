import { reportReplica, type QueueService, type ServiceQueues } from './connect-queues.ts';
import type { JobQueue } from './job-queue.ts';
import { probeRedis } from './probe-redis.ts';
import { startWorker, type RunningWorker, type WorkerOptions } from './start-worker.ts';

/** The parts of a service that its worker uses; `Service` of packages/service has them. */
export interface WorkerService extends QueueService {
  watchProgress: (source: {
    what: string;
    hasWork: () => Promise<boolean>;
    lastProgressAt: () => Date | undefined;
    findBlocker: () => string | undefined;
    findOutage: () => Promise<string | undefined>;
  }) => void;
}

export interface RunWorkerOptions<
  Payload extends { task: string; batchId: string; changeNumber?: number },
> extends Pick<WorkerOptions<Payload>, 'concurrency' | 'schema' | 'step' | 'findBlocker' | 'onAttempt'> {
  queue: JobQueue<Payload>;
  /** What counts as progress, for people, and when it was last made; a completed job by default. */
  progress: { what: string; lastProgressAt?: () => Date | undefined };
  /** The outage, Redis aside, that keeps the worker from working, found by trying as `ProgressSource` describes. */
  findOutage: () => Promise<string | undefined>;
  /** What the replica has done so far, for its report. */
  getCounters: (worker: RunningWorker) => Record<string, number>;
}

/**
 * Makes a service the worker of one queue: it works until the service stops, reports its replica, and its progress decides
 * about readiness and the watchdog.
 *
 * On shutdown the worker finishes its active jobs first; the report and the queues, which those jobs still use, close after.
 */
export function runWorker<Payload extends { task: string; batchId: string; changeNumber?: number }>(
  service: WorkerService,
  queues: ServiceQueues,
  options: RunWorkerOptions<Payload>,
): void {
  const { queue, progress, findOutage, getCounters, ...workerOptions } = options;
  const { REDIS_URL: redisUrl } = service.settings;
  const worker = startWorker({
    ...workerOptions,
    queue: queue.bull.name,
    redisUrl,
    telemetry: queues.telemetry,
    log: service.log,
  });
  reportReplica(service, queues, () => ({
    lastProgressAt: worker.lastCompletedAt?.toISOString(),
    counters: getCounters(worker),
  }));
  service.onClose('worker', () => worker.close());
  service.watchProgress({
    what: progress.what,
    hasWork: async () => worker.activeJobs > 0 || (await queue.hasJobToTake()),
    lastProgressAt: progress.lastProgressAt ?? (() => worker.lastCompletedAt),
    findBlocker: () => worker.blocker,
    findOutage: async () => (await findOutage()) ?? (await probeRedis(redisUrl)),
  });
}
