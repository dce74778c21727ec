import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { findEvictionRisk, inspectRedis } from './inspect-redis.ts';
import { getQueueStates, openQueues, type Queues } from './open-queues.ts';

let redis: TestRedis;
let queues: Queues;

beforeAll(async () => {
  redis = await createTestRedis();
  queues = openQueues(redis.url, () => {});
});

afterAll(async () => {
  await queues.close();
  await redis.drop();
});

test('inspectRedis reads the properties and the configuration of a server', async () => {
  const facts = await inspectRedis(queues.redis);
  expect(facts).toMatchObject({
    redisVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    evictionPolicy: 'noeviction',
    maxBytes: 0,
    appendOnly: false,
    role: 'master',
  });
  expect(facts.usedBytes).toBeGreaterThan(100_000);
  expect(Math.abs(facts.clockAheadMs)).toBeLessThan(1_000);
  expect(findEvictionRisk(facts)).toBeUndefined();

  for (const [name, value] of [
    ['maxmemory-policy', 'allkeys-lru'],
    ['maxmemory', '50mb'],
    ['appendonly', 'yes'],
    ['save', '60 1'],
  ] as const) {
    await queues.redis.config('SET', name, value);
  }
  const changed = await inspectRedis(queues.redis);
  expect(changed).toMatchObject({
    evictionPolicy: 'allkeys-lru',
    maxBytes: 50 * 1_048_576,
    appendOnly: true,
    snapshots: true,
  });
  expect(findEvictionRisk(changed)).toContain('allkeys-lru');
  await queues.redis.config('SET', 'maxmemory-policy', 'noeviction');
});

test('getQueueStates counts jobs by state, with the queues in the order of the data', async () => {
  await queues.fetch.add({ version: 2, task: 'scan', batchId: 'a', appids: [10] });
  await queues.fetch.add({ version: 2, task: 'scan', batchId: 'b', appids: [20] }, 'scan');
  await queues.write.bull.pause();
  const empty = { waiting: 0, active: 0, delayed: 0, failed: 0, paused: false };
  expect(await getQueueStates(queues)).toEqual([
    { ...empty, name: 'pics-fetch', waiting: 2 },
    { ...empty, name: 'pics-write', paused: true },
  ]);
});
