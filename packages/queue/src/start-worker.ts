import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailable, PermanentError, SteamUnavailable } from '@pics/core';
import { UnrecoverableError, WaitingError, Worker, type Job, type Telemetry } from 'bullmq';
import type { z } from 'zod';
import { connectRedisForWorker } from './connection.ts';

/**
 * A replica that is killed holds its jobs for as long as their lock lives, so it lives short; it is renewed every half of
 * it while the job runs. A job whose replica vanished is found within STALLED_INTERVAL_MS after that.
 */
const LOCK_DURATION_MS = 15_000;
const STALLED_INTERVAL_MS = 5_000;

/**
 * How often a job may lose its worker before it fails. BullMQ's 1 would fail a job for two unlucky deploys; with no bound,
 * a job that kills every worker that takes it would do so for ever.
 */
const MAX_STALLED_COUNT = 10;

/** How soon a worker that stands aside looks again whether it can work. */
const HINDRANCE_CHECK_MS = 500;

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WorkerOptions<Payload extends { batchId: string; changeNumber?: number }> {
  queue: string;
  redisUrl: string;
  concurrency: number;
  /** What a job's payload must look like; one that does not fails at once and for good. */
  schema: z.ZodType<Payload>;
  /** Does the work of one job and returns small counters, which are logged and kept with the job. */
  step: (payload: Payload) => Promise<object>;
  /** Why no job should be taken right now, in words; undefined when nothing hinders. */
  findBlocker: () => Promise<string | undefined>;
  /** Told of every attempt at a job when it is over. */
  onAttempt?: (attempt: JobAttempt) => void;
  /** Carries traces through jobs; see `loadTelemetry`. */
  telemetry?: Telemetry | undefined;
  log: Log;
}

/** One attempt at a job, when it is over. */
export interface JobAttempt {
  queue: string;
  task: string;
  /** `put_back`: what the work needs is away, and the job waits with its attempts untouched. */
  outcome: 'done' | 'failed' | 'put_back';
  /** 1 for the first. */
  attempt: number;
  durationMs: number;
}

export interface RunningWorker {
  /** Why the worker stands aside; undefined while it takes jobs. */
  readonly blocker: string | undefined;
  /** Jobs in hand. */
  readonly activeJobs: number;
  /** Jobs completed since it started. */
  readonly completedJobs: number;
  /** When a job was last completed. */
  readonly lastCompletedAt: Date | undefined;
  /** Takes no more jobs and resolves when those in hand are finished. */
  close(): Promise<void>;
}

/**
 * Works on one queue until closed.
 *
 * A job that throws is tried again with backoff; one that throws `PermanentError` is not. When what the work needs is away
 * (`SteamUnavailable`, `DatabaseUnavailable`) the job goes back to its place in the queue with its attempts untouched, and
 * the worker takes none until `findBlocker` finds nothing: an outage of an hour costs no job anything.
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
    const tell = (outcome: JobAttempt['outcome']) => {
      const durationMs = Date.now() - startedAt;
      fields['durationMs'] = durationMs;
      options.onAttempt?.({ queue, task: job.name, outcome, attempt, durationMs });
    };
    try {
      const payload = parsePayload(options.schema, job);
      Object.assign(fields, { batch: payload.batchId, changeNumber: payload.changeNumber });
      const counts = await options.step(payload);
      lastCompletedAt = new Date();
      completedJobs += 1;
      tell('done');
      log.info({ ...fields, ...counts }, 'job done');
      return counts;
    } catch (error) {
      if (error instanceof SteamUnavailable || error instanceof DatabaseUnavailable) {
        tell('put_back');
        standAside(error.message);
        await job.moveToWait(token);
        throw new WaitingError(error.message);
      }
      tell('failed');
      log.error({ ...fields, err: error }, 'job failed');
      if (error instanceof PermanentError) throw new UnrecoverableError(`${error.name}: ${error.message}`);
      throw error;
    } finally {
      activeJobs -= 1;
    }
  };

  const worker = new Worker(queue, run, {
    connection: redis,
    autorun: false,
    concurrency: options.concurrency,
    lockDuration: LOCK_DURATION_MS,
    stalledInterval: STALLED_INTERVAL_MS,
    maxStalledCount: MAX_STALLED_COUNT,
    ...(options.telemetry && { telemetry: options.telemetry }),
  });
  worker.on('error', (error) => log.warn({ queue, err: error }, 'worker'));

  const standAside = (reason: string) => {
    if (blocker === undefined) log.warn({ queue, reason }, 'taking no jobs');
    blocker = reason;
    void worker.pause(true);
  };

  const watchBlocker = async () => {
    while (!closing.signal.aborted) {
      const reason = await options.findBlocker().catch((error: Error) => error.message);
      if (closing.signal.aborted) return;
      if (reason) standAside(reason);
      else if (blocker !== undefined) {
        log.info({ queue, after: blocker }, 'taking jobs');
        blocker = undefined;
        await worker.resume();
      }
      await delay(HINDRANCE_CHECK_MS, undefined, { signal: closing.signal }).catch(() => {});
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
      await watching;
      await worker.close();
      redis.disconnect();
    },
  };
}

function parsePayload<Payload>(schema: z.ZodType<Payload>, job: Job): Payload {
  const result = schema.safeParse(job.data);
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`);
  throw new PermanentError(`not a job of this version of ${job.queueName} (${faults.join('; ')})`);
}
