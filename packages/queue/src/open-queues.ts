import { FETCH_QUEUE, WRITE_QUEUE, type FetchJob, type WriteJob } from '@pics/core';
import type { Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectRedis } from './connection.ts';
import { JobQueue } from './job-queue.ts';

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
  const fetch = new JobQueue<FetchJob>(FETCH_QUEUE, redis, telemetry);
  const write = new JobQueue<WriteJob>(WRITE_QUEUE, redis, telemetry);
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
