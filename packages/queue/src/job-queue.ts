import { randomUUID } from 'node:crypto';
import { PRIORITIES, RedisUnavailable, type Priority } from '@pics/core';
import type { Redis } from 'ioredis';
import { Queue, type Telemetry } from 'bullmq';
import { isRedisUnavailable } from './redis-errors.ts';

/** States of a job whose work is waiting or in progress. */
const LIVE_STATES = ['wait', 'prioritized', 'active', 'delayed'] as const;

/** How many finished jobs a queue keeps to be seen in Bull Board. Failed ones stay longer, since they can be retried there. */
export interface Retention {
  completed: number;
  failed: number;
}

const KEEP_COMPLETED_SECONDS = 3_600;
const KEEP_FAILED_SECONDS = 7 * 86_400;

/** Separates the id of a batch (a UUID, which never contains it) from the part that is unique to the job. */
const SEPARATOR = '_';

/** A job that failed for good. */
export interface DeadJob {
  batchId: string;
  error: string;
}

/**
 * One of the two queues, for adding jobs and for reading its state.
 *
 * The id of every job begins with the id of its batch, so the jobs of a batch are found without another list. Two jobs never
 * share an id: BullMQ would ignore the second while the first is kept, and its work would be lost.
 */
export class JobQueue<Job extends { task: string; batchId: string }> {
  readonly bull: Queue;

  constructor(name: string, redis: Redis, { completed, failed }: Retention, telemetry?: Telemetry) {
    this.bull = new Queue(name, {
      connection: redis,
      // BullMQ would wait for a first connection without end, and so would every caller that asks a queue for something.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      ...(telemetry && { telemetry }),
      streams: { events: { maxLen: 1_000 } },
      defaultJobOptions: {
        // Only unexpected errors get here: an outage of Steam, Redis or Postgres costs no attempt.
        attempts: 3,
        backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
        removeOnComplete: { count: completed, age: KEEP_COMPLETED_SECONDS },
        removeOnFail: { count: failed, age: KEEP_FAILED_SECONDS },
      },
    });
    this.bull.on('error', () => {}); // The connection reports its own errors.
  }

  /**
   * Adds one job: with a priority, before all others, or after them. It is in Redis when this resolves.
   *
   * @throws RedisUnavailable when Redis does not respond, or takes no writes at the moment.
   */
  async add(job: Job, position: Priority | 'first' | 'last' = 'last'): Promise<void> {
    const jobId = `${job.batchId}${SEPARATOR}${randomUUID().slice(0, 8)}`;
    const options =
      position === 'last' ? {} : position === 'first' ? { lifo: true } : { priority: PRIORITIES[position] };
    try {
      await this.bull.add(job.task, job, { jobId, ...options });
    } catch (error) {
      if (!(error instanceof Error && isRedisUnavailable(error))) throw error;
      throw new RedisUnavailable(`no job can be added to ${this.bull.name}: ${error.message}`, {
        cause: error,
      });
    }
  }

  /** How many jobs are waiting or in progress. */
  async countLive(): Promise<number> {
    const counts = await this.bull.getJobCounts(...LIVE_STATES);
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  /** How many jobs of one priority are waiting. */
  async countWaiting(priority: Priority): Promise<number> {
    const counts = await this.bull.getCountsPerPriority([PRIORITIES[priority]]);
    return counts[PRIORITIES[priority]] ?? 0;
  }

  /** Whether an idle worker could take a job right now: one is waiting, the queue is not paused, the rate allows it. */
  async hasJobToTake(): Promise<boolean> {
    const { wait = 0, prioritized = 0 } = await this.bull.getJobCounts('wait', 'prioritized');
    return (
      wait + prioritized > 0 && !(await this.bull.isPaused()) && (await this.bull.getRateLimitTtl()) <= 0
    );
  }

  /** The batches with a job waiting or in progress. Both queues are bounded, so this reads a few hundred ids at most. */
  async getLiveBatchIds(): Promise<Set<string>> {
    return new Set((await this.bull.getRanges([...LIVE_STATES], 0, -1)).map(batchIdOf));
  }

  /** Those of the batches whose job failed for good, with its error. Jobs that no longer exist are not listed. */
  async findDeadJobs(batchIds: ReadonlySet<string>): Promise<DeadJob[]> {
    const jobIds = await this.bull.getRanges(['failed'], 0, -1);
    const dead: DeadJob[] = [];
    for (const jobId of jobIds.filter((id) => batchIds.has(batchIdOf(id)))) {
      const job = await this.bull.getJob(jobId);
      dead.push({
        batchId: batchIdOf(jobId),
        error: job?.failedReason ?? 'the job failed for an unknown reason',
      });
    }
    return dead;
  }

  async close(): Promise<void> {
    await this.bull.close();
  }
}

function batchIdOf(jobId: string): string {
  return jobId.slice(0, jobId.indexOf(SEPARATOR));
}
