import { randomUUID } from 'node:crypto';
import { PRIORITIES, type FetchJob, type Priority } from '@pics/core';
import type { Redis } from 'ioredis';
import { Queue, type Telemetry } from 'bullmq';

/** States in which a job's work is still to come or under way. */
const LIVE_STATES = ['wait', 'prioritized', 'active', 'delayed'] as const;

/** How many finished jobs a queue keeps for a look in Bull Board; failed ones longer, for they can be retried from there. */
export interface Retention {
  completed: number;
  failed: number;
}

const KEEP_COMPLETED_SECONDS = 3_600;
const KEEP_FAILED_SECONDS = 7 * 86_400;

/** Between a batch's id and what makes the ids of its jobs differ; never part of a batch's id (a UUID). */
const SEPARATOR = '_';

/** How a batch's job ended when it did not complete. */
export interface DeadJob {
  batchId: string;
  error: string;
}

/**
 * One of the two queues, as those see it who add work and ask after it.
 *
 * Every job's id begins with the id of its batch, so that the jobs of a batch are found without keeping another list. Two
 * jobs never share an id: BullMQ would ignore the second as long as the first is kept, and its work would be lost.
 */
export class JobQueue<Job extends { task: string; batchId: string }> {
  readonly bull: Queue;

  constructor(name: string, redis: Redis, { completed, failed }: Retention, telemetry?: Telemetry) {
    this.bull = new Queue(name, {
      connection: redis,
      ...(telemetry && { telemetry }),
      streams: { events: { maxLen: 1_000 } },
      defaultJobOptions: {
        // What gets here is unexpected: Steam, Redis and Postgres being away costs no attempt.
        attempts: 3,
        backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
        removeOnComplete: { count: completed, age: KEEP_COMPLETED_SECONDS },
        removeOnFail: { count: failed, age: KEEP_FAILED_SECONDS },
      },
    });
    this.bull.on('error', () => {}); // The connection reports its own errors.
  }

  /** Adds one job, in a priority, before all others, or after them. It is in Redis when this resolves. */
  async add(job: Job, place: Priority | 'first' | 'last' = 'last'): Promise<void> {
    const jobId = `${job.batchId}${SEPARATOR}${randomUUID().slice(0, 8)}`;
    const options =
      place === 'last' ? {} : place === 'first' ? { lifo: true } : { priority: PRIORITIES[place] };
    await this.bull.add(job.task, job, { jobId, ...options });
  }

  /** How many jobs wait or are under way. */
  async countLive(): Promise<number> {
    const counts = await this.bull.getJobCounts(...LIVE_STATES);
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  /** How many jobs wait in one priority. */
  async countWaiting(priority: Priority): Promise<number> {
    const counts = await this.bull.getCountsPerPriority([PRIORITIES[priority]]);
    return counts[PRIORITIES[priority]] ?? 0;
  }

  /** Whether a worker that is free could take a job right now: one waits, the queue is not paused, the rate allows it. */
  async hasJobToTake(): Promise<boolean> {
    const { wait = 0, prioritized = 0 } = await this.bull.getJobCounts('wait', 'prioritized');
    return (
      wait + prioritized > 0 && !(await this.bull.isPaused()) && (await this.bull.getRateLimitTtl()) <= 0
    );
  }

  /** The batches that have a job waiting or under way. Both queues are bounded, so this reads some hundred ids at most. */
  async getLiveBatchIds(): Promise<Set<string>> {
    return new Set((await this.bull.getRanges([...LIVE_STATES], 0, -1)).map(batchIdOf));
  }

  /** Those of the batches whose job failed for good, with its error; jobs that are gone altogether are not listed. */
  async findDeadJobs(batchIds: ReadonlySet<string>): Promise<DeadJob[]> {
    const jobIds = await this.bull.getRanges(['failed'], 0, -1);
    const dead: DeadJob[] = [];
    for (const jobId of jobIds.filter((id) => batchIds.has(batchIdOf(id)))) {
      const job = await this.bull.getJob(jobId);
      dead.push({
        batchId: batchIdOf(jobId),
        error: job?.failedReason ?? 'the job failed and its reason is gone',
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

/**
 * Sets how many `pics-fetch` jobs, and so PICS requests, the whole fleet may start in a second; it takes effect at once.
 *
 * One request per interval rather than several per second: BullMQ counts in fixed windows, and "2 per 1000 ms" lets four
 * through around the turn of a window.
 */
export async function setFetchRate(
  queue: Pick<JobQueue<FetchJob>, 'bull'>,
  requestsPerSecond: number,
): Promise<void> {
  if (requestsPerSecond <= 1_000)
    await queue.bull.setGlobalRateLimit(1, Math.ceil(1_000 / requestsPerSecond));
  else await queue.bull.setGlobalRateLimit(Math.ceil(requestsPerSecond / 1_000), 1);
}
