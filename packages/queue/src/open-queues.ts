import { FETCH_QUEUE, WRITE_QUEUE, type FetchJob, type WriteJob } from '@pics/core';
import type { Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectRedis } from './connection.ts';
import { JobQueue, type Retention } from './job-queue.ts';

/** A job here is a list of ids: 2 kB, or 40 kB for a scan. */
const FETCH_RETENTION: Retention = { completed: 200, failed: 1_000 };

/**
 * A job here carries its records, 250 kB at 200 apps, so what is kept of them decides how much memory Redis takes: 200
 * completed ones took 50 MB, more than all the rest. The failed ones outlive by far the 5 s in which the ledger hears of
 * them, and no record is lost with one, for its apps are fetched again.
 */
const WRITE_RETENTION: Retention = { completed: 10, failed: 100 };

/** Both queues on one connection, in the order data moves. */
export interface Queues {
  fetch: JobQueue<FetchJob>;
  write: JobQueue<WriteJob>;
  redis: Redis;
  close(): Promise<void>;
}

/**
 * Opens both queues for adding to them and asking after them; for working on one see `startWorker`.
 *
 * @param telemetry carries traces through jobs; see `loadTelemetry`.
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
