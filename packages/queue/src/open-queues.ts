import { FETCH_QUEUE, WRITE_QUEUE, type FetchJob, type WriteJob } from '@pics/core';
import type { Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectRedis } from './connection.ts';
import { JobQueue, type Retention } from './job-queue.ts';

/** A job here is a list of ids: 2 kB, or 40 kB for a scan. */
const FETCH_RETENTION: Retention = { completed: 200, failed: 1_000 };

/**
 * A job here carries records and texts, 200 kB for 200 apps, so their retention decides how much memory Redis needs: 200
 * completed jobs would take 48 MB, more than everything else. Failed jobs are kept far longer than the 5 s in which the ledger releases their
 * batches, and a removed one loses nothing: its apps are fetched again.
 */
const WRITE_RETENTION: Retention = { completed: 10, failed: 100 };

/** Both queues on one connection, in the order of the data. */
export interface Queues {
  fetch: JobQueue<FetchJob>;
  write: JobQueue<WriteJob>;
  redis: Redis;
  close(): Promise<void>;
}

/**
 * Opens both queues for adding and reading. A service uses `connectQueues`; to process jobs see `startWorker`.
 *
 * @param telemetry carries traces through jobs.
 */
export function openQueues(url: string, onError: (error: Error) => void, telemetry?: Telemetry): Queues {
  const redis = connectRedis(url, onError);
  const fetch = new JobQueue<FetchJob>(FETCH_QUEUE, redis, FETCH_RETENTION, telemetry);
  const write = new JobQueue<WriteJob>(WRITE_QUEUE, redis, WRITE_RETENTION, telemetry);
  return {
    fetch,
    write,
    redis,
    close: async () => {
      await Promise.all([fetch.close(), write.close()]);
      redis.disconnect();
    },
  };
}

/** The state of one queue, in jobs. */
export interface QueueState {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Paused in Bull Board: no job is taken. */
  paused: boolean;
}

/** Gets the state of both queues, in the order of the data. */
export function getQueueStates({ fetch, write }: Pick<Queues, 'fetch' | 'write'>): Promise<QueueState[]> {
  return Promise.all(
    [fetch.bull, write.bull].map(async (bull) => {
      const [counts, paused] = await Promise.all([
        bull.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'),
        bull.isPaused(),
      ]);
      const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
      return { name: bull.name, waiting: wait + prioritized, active, delayed, failed, paused };
    }),
  );
}
