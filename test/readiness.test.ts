import { expect, test } from 'vitest';
import { openQueues } from '@pics/queue';
import { WRITE_QUEUE_HIGH_WATER } from '../apps/fetcher/src/config.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { startService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { environmentOf, startTestSimulator } from './support/simulator.ts';

const PATIENCE = { timeout: 60_000 };

/** What `/readyz` of a service says. */
async function readReason(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/readyz`);
  return ((await response.json()) as { reason?: string }).reason;
}

test('services that need Postgres say that the database has not been migrated', async () => {
  const [database, redis, simulator] = await Promise.all([
    createTestDatabase({ migrated: false }),
    createTestRedis(),
    startTestSimulator({ apps: 10 }),
  ]);
  const env = { ...environmentOf(simulator), DATABASE_URL: database.url, REDIS_URL: redis.url };
  for (const name of ['producer', 'writer', 'board']) {
    const service = await startService(name, env, 'alive');
    await expect.poll(() => readReason(service.url), PATIENCE).toBe('the database has not been migrated');
    await service.stop();
  }
});

test('a fetcher says how many write jobs wait for the writer, and takes no job', async () => {
  const [redis, simulator] = await Promise.all([createTestRedis(), startTestSimulator({ apps: 10 })]);
  const queues = openQueues(redis.url, () => {});
  closeAtEnd('queues', () => queues.close());
  for (let job = 0; job < WRITE_QUEUE_HIGH_WATER; job += 1) {
    await queues.write.add({ version: 2, task: 'scan', batchId: `w${job}`, seen: [], unanswered: [] });
  }
  await queues.fetch.add({
    version: 2,
    task: 'apps',
    batchId: 'f',
    changeNumber: 1,
    attempt: 1,
    appids: [10],
  });
  const fetcher = await startService(
    'fetcher',
    { ...environmentOf(simulator), REDIS_URL: redis.url },
    'alive',
  );
  await expect
    .poll(() => readReason(fetcher.url), PATIENCE)
    .toBe(`${WRITE_QUEUE_HIGH_WATER} write jobs are waiting for the writer`);
  expect(simulator.requests(['product-info'])).toEqual([]);
});

test('a fetcher whose logons Steam refuses says that it has no session, and no more than that to strangers', async () => {
  const [redis, simulator] = await Promise.all([createTestRedis(), startTestSimulator({ apps: 10 })]);
  simulator.arm({ kind: 'refuse-logon', result: 'ServiceUnavailable' });
  const fetcher = await startService(
    'fetcher',
    { ...environmentOf(simulator), REDIS_URL: redis.url },
    'alive',
  );
  await expect.poll(() => readReason(fetcher.url), PATIENCE).toBe('no session with Steam');
});
