import { FETCH_QUEUE, WRITE_QUEUE, type FetchJob, type WriteJob } from '@pics/core';
import { UnrecoverableError, Worker } from 'bullmq';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { openQueues, type Queues } from './open-queues.ts';

const batch = (batchId: string): FetchJob => ({ version: 2, task: 'scan', batchId, appids: [440] });

let redis: TestRedis;
let queues: Queues;

beforeAll(async () => {
  redis = await createTestRedis();
  queues = openQueues(redis.url, () => {});
});

beforeEach(() => queues.redis.flushdb());

afterAll(async () => {
  await queues.close();
  await redis.drop();
});

describe('JobQueue', () => {
  test('lists a batch while one of its jobs is waiting, and no longer when the job has disappeared', async () => {
    await queues.fetch.add(batch('a'), 'live');
    await queues.fetch.add(batch('b'), 'scan');
    await queues.fetch.add(batch('c'));
    expect(await queues.fetch.getLiveBatchIds()).toEqual(new Set(['a', 'b', 'c']));
    await queues.redis.flushdb();
    expect(await queues.fetch.getLiveBatchIds()).toEqual(new Set());
  });

  test('lists every batch and every failure, however many there are', async () => {
    const batchIds = Array.from({ length: 40 }, (_, index) => `batch-${index}`);
    for (const batchId of batchIds) await queues.fetch.add(batch(batchId), 'backlog');
    expect(await queues.fetch.getLiveBatchIds()).toEqual(new Set(batchIds));

    const worker = new Worker(FETCH_QUEUE, () => Promise.reject(new UnrecoverableError('broken')), {
      connection: { url: redis.url },
      concurrency: 10,
    });
    worker.on('error', () => {});
    await expect.poll(() => queues.fetch.bull.getFailedCount(), { timeout: 10_000 }).toBe(40);
    await worker.close();
    const dead = await queues.fetch.findDeadJobs(new Set(batchIds));
    expect(new Set(dead.map(({ batchId }) => batchId))).toEqual(new Set(batchIds));
  });

  test('keeps both jobs when the same batch is added twice', async () => {
    await queues.fetch.add(batch('a'), 'backlog');
    await queues.fetch.add(batch('a'), 'backlog');
    expect(await queues.fetch.countLive()).toBe(2);
    expect(await queues.fetch.countWaiting('backlog')).toBe(2);
  });

  test('counts each priority separately', async () => {
    await queues.fetch.add(batch('a'), 'live');
    await queues.fetch.add(batch('b'), 'scan');
    await queues.fetch.add(batch('c'), 'scan');
    const priorities = ['live', 'backlog', 'scan'] as const;
    expect(await Promise.all(priorities.map((priority) => queues.fetch.countWaiting(priority)))).toEqual([
      1, 0, 2,
    ]);
  });

  test('keeps only the last ten completed write jobs, since Redis holds their records', async () => {
    const written: WriteJob = { version: 2, task: 'scan', batchId: 'a', seen: [], unanswered: [] };
    for (let job = 0; job < 30; job += 1) await queues.write.add(written);
    const worker = new Worker(WRITE_QUEUE, async () => {}, { connection: { url: redis.url } });
    worker.on('error', () => {});
    await expect.poll(() => queues.write.countLive(), { timeout: 10_000 }).toBe(0);
    await worker.close();
    expect(await queues.write.bull.getCompletedCount()).toBe(10);
  });

  test('lists the batches of a paused queue', async () => {
    await queues.fetch.bull.pause();
    await queues.fetch.add(batch('a'), 'backlog');
    expect(await queues.fetch.getLiveBatchIds()).toEqual(new Set(['a']));
  });
});
