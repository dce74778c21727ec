import { setTimeout as delay } from 'node:timers/promises';
import {
  DatabaseUnavailable,
  JOB_VERSION,
  PermanentError,
  RedisUnavailable,
  SteamUnavailable,
  type JobAttempt,
} from '@pics/core';
import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job, type Telemetry } from 'bullmq';
import type { z } from 'zod';
import { connectRedisForWorker, findRedisBlocker } from './connection.ts';
import { isRedisUnavailable } from './redis-errors.ts';

/**
 * A killed replica holds its jobs until their lock expires, so the lock is short; BullMQ renews it at half of its duration
 * while the job runs. The job of a vanished replica is found within STALLED_INTERVAL_MS after that.
 */
const LOCK_DURATION_MS = 15_000;
const STALLED_INTERVAL_MS = 5_000;

/**
 * How often a job may lose its worker before it fails. BullMQ's default of 1 would fail a job because of two badly timed
 * deploys; without a limit, a job that kills its worker would go on killing workers.
 */
const MAX_STALLED_COUNT = 10;

/** How often a worker checks whether something blocks its work. */
const BLOCKER_CHECK_MS = 500;

/** How long a job of a newer version waits until it is offered again. During a deploy a newer worker takes it by then. */
const NEWER_VERSION_DELAY_MS = 5_000;

/** Where a worker logs; a pino logger fits. */
export interface WorkerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WorkerOptions<Payload extends { batchId: string; changeNumber?: number }> {
  queue: string;
  redisUrl: string;
  concurrency: number;
  /** The schema of a job's payload; a job that does not match fails at once and for good, unless its version is newer. */
  schema: z.ZodType<Payload>;
  /** Does the work of one job and returns counters, which are logged and stored with the job. */
  step: (payload: Payload) => Promise<object>;
  /** Why no job should be taken right now, for people; undefined when nothing blocks. */
  findBlocker: () => Promise<string | undefined>;
  /** Called after every attempt at a job. */
  onAttempt?: (attempt: JobAttempt) => void;
  /** Carries traces through jobs. */
  telemetry?: Telemetry | undefined;
  log: WorkerLog;
}

export interface RunningWorker {
  /** Why the worker takes no jobs; undefined while it does. */
  readonly blocker: string | undefined;
  /** Jobs in progress. */
  readonly activeJobs: number;
  /** Jobs completed since it started. */
  readonly completedJobs: number;
  /** When a job was last completed. */
  readonly lastCompletedAt: Date | undefined;
  /** Takes no more jobs and resolves when those in progress are finished. */
  close(): Promise<void>;
}

/**
 * Processes the jobs of one queue until closed.
 *
 * A job that throws is retried with backoff, unless it throws `PermanentError`. When what the work needs is unavailable
 * (`SteamUnavailable`, `DatabaseUnavailable`, `RedisUnavailable`) the job is requeued with its attempts untouched, and the worker
 * takes none until `findBlocker` returns undefined: an outage of an hour costs no job an attempt. A job of a newer version waits
 * with its attempts untouched as well, until a worker of that version takes it. A Redis that is unreachable,
 * silent or refuses writes blocks the worker by itself; a job that cannot be requeued in it is found by its expired lock.
 */
export function startWorker<Payload extends { batchId: string; changeNumber?: number }>(
  options: WorkerOptions<Payload>,
): RunningWorker {
  const { queue, log } = options;
  const redis = connectRedisForWorker(options.redisUrl, (error) =>
    log.warn({ err: error }, 'redis connection'),
  );
  const closing = new AbortController();
  let blocker: string | undefined = 'starting';
  let lastCompletedAt: Date | undefined;
  let activeJobs = 0;
  let completedJobs = 0;

  const run = async (job: Job, token?: string) => {
    const startedAt = Date.now();
    activeJobs += 1;
    const attempt = job.attemptsMade + 1;
    const fields: Record<string, unknown> = { queue, jobId: job.id, task: job.name, attempt };
    const report = (outcome: JobAttempt['outcome']) => {
      const durationMs = Date.now() - startedAt;
      fields['durationMs'] = durationMs;
      options.onAttempt?.({ queue, task: job.name, outcome, attempt, durationMs });
    };
    try {
      if (isNewer(job)) throw new NewerVersion(job);
      const payload = parsePayload(options.schema, job);
      Object.assign(fields, { batch: payload.batchId, changeNumber: payload.changeNumber });
      const counts = await options.step(payload);
      lastCompletedAt = new Date();
      completedJobs += 1;
      report('done');
      log.info({ ...fields, ...counts }, 'job done');
      return counts;
    } catch (error) {
      if (error instanceof NewerVersion) {
        report('requeued');
        log.warn({ ...fields, err: error }, 'job left to a newer version');
        await job.moveToDelayed(Date.now() + NEWER_VERSION_DELAY_MS, token);
        throw new DelayedError(error.message);
      }
      if (isOutage(error)) {
        report('requeued');
        stopTaking(error.message);
        await job.moveToWait(token).catch((err: unknown) => log.warn({ ...fields, err }, 'requeue failed'));
        throw new WaitingError(error.message);
      }
      report('failed');
      log.error({ ...fields, err: error }, 'job failed');
      if (error instanceof PermanentError) throw new UnrecoverableError(`${error.name}: ${error.message}`);
      throw error;
    } finally {
      activeJobs -= 1;
    }
  };

  const worker = new PatientWorker(queue, run, {
    connection: redis,
    autorun: false,
    concurrency: options.concurrency,
    lockDuration: LOCK_DURATION_MS,
    stalledInterval: STALLED_INTERVAL_MS,
    maxStalledCount: MAX_STALLED_COUNT,
    ...(options.telemetry && { telemetry: options.telemetry }),
  });
  worker.on('error', (error) => {
    log.warn({ queue, err: error }, 'worker error');
    // BullMQ asks for the next job at once, hundreds of times a second.
    if (isRedisUnavailable(error)) stopTaking(`Redis cannot be used: ${error.message}`);
  });

  const stopTaking = (reason: string) => {
    if (blocker === undefined) log.warn({ queue, reason }, 'taking no jobs');
    blocker = reason;
    void worker.pause(true);
  };

  const findBlocker = async () => (await findRedisBlocker(redis)) ?? (await options.findBlocker());

  const watchBlocker = async () => {
    while (!closing.signal.aborted) {
      const reason = await findBlocker().catch(
        (error: Error) => `the work cannot be started: ${error.message}`,
      );
      if (closing.signal.aborted) return;
      if (reason) stopTaking(reason);
      else if (blocker !== undefined) {
        log.info({ queue, after: blocker }, 'taking jobs');
        blocker = undefined;
        await worker.resume();
      }
      await delay(BLOCKER_CHECK_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  };
  const watching = watchBlocker();

  return {
    get blocker() {
      return blocker;
    },
    get activeJobs() {
      return activeJobs;
    },
    get completedJobs() {
      return completedJobs;
    },
    get lastCompletedAt() {
      return lastCompletedAt;
    },
    close: async () => {
      closing.abort();
      // Without jobs there is nothing to wait for, and commands on this connection wait for Redis without end.
      if (redis.status !== 'ready' && activeJobs === 0) redis.disconnect();
      // Both at once: a check for a blocker may take as long as a silent server, and no job is taken meanwhile.
      await Promise.all([worker.close(), watching]);
      redis.disconnect();
    },
  };
}

/** A worker that leaves a job to its lock when Redis fails while the job is reported done, instead of failing the job. */
class PatientWorker extends Worker {
  protected override async handleCompleted(...args: Parameters<Worker['handleCompleted']>) {
    try {
      return await super.handleCompleted(...args);
    } catch (error) {
      if (!(error instanceof Error && isRedisUnavailable(error))) throw error;
      this.emit('error', error);
      throw new WaitingError(error.message);
    }
  }
}

function isOutage(error: unknown): error is Error {
  return (
    error instanceof SteamUnavailable ||
    error instanceof DatabaseUnavailable ||
    error instanceof RedisUnavailable
  );
}

/** A job for workers of a newer version, which run beside this one during a deploy. */
class NewerVersion extends Error {
  override name = 'NewerVersion';

  constructor({ queueName, data }: Job) {
    super(
      `${queueName} has jobs of version ${String(data.version)}, and this worker reads version ${JOB_VERSION}`,
    );
  }
}

function isNewer({ data }: Job<{ version?: unknown }>): boolean {
  return typeof data?.version === 'number' && data.version > JOB_VERSION;
}

function parsePayload<Payload>(schema: z.ZodType<Payload>, job: Job): Payload {
  const result = schema.safeParse(job.data);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`);
  throw new PermanentError(`not a job of this version of ${job.queueName} (${problems.join('; ')})`);
}
