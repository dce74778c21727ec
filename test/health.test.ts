import { acquireLeadership, connectDatabase } from '@pics/database';
import { waitUntil } from '@pics/local';
import { openQueues } from '@pics/queue';
import { describe, expect, test } from 'vitest';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { startPipeline } from './support/pipeline.ts';
import { startService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { runCli } from './support/run-cli.ts';
import { environmentOf, startTestSimulator } from './support/simulator.ts';

/** What services report about themselves when the pipeline stands still. */

const readReason = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return ((await response.json()) as { reason?: string }).reason;
};

/** Waits until `/readyz` gives a reason that matches. */
async function expectReason(url: string, reason: RegExp, timeoutMs = 60_000): Promise<void> {
  let last: string | undefined;
  const matches = async () => reason.test((last = await readReason(url)) ?? '');
  expect([await waitUntil(matches, timeoutMs), last]).toEqual([true, expect.any(String)]);
}

async function expectReady(url: string): Promise<void> {
  let last: string | undefined;
  await waitUntil(async () => (last = await readReason(url)) === undefined, 45_000);
  expect(last).toBeUndefined();
}

describe('a producer that stands by', { timeout: 120_000 }, () => {
  test('is ready while another one polls, and not ready when nobody has polled for a minute', async () => {
    const simulator = await startTestSimulator({ apps: 10 });
    const [{ url }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const database = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
    closeAtEnd('connections of the test', () => database.destroy());
    // Leads and does nothing, as the producer of the test.
    const leadership = await acquireLeadership(url, 'pics-producer');
    const setPolled = (secondsAgo: number) =>
      database
        .updateTable('picsState')
        .set({
          polledAt: new Date(Date.now() - secondsAgo * 1_000),
          lastChangeNumber: simulator.currentChangeNumber,
        })
        .execute();
    await setPolled(0);
    const env = { DATABASE_URL: url, REDIS_URL: redis.url, POLL_INTERVAL_MS: '200' };
    const standby = await startService('producer', { ...env, ...environmentOf(simulator) });

    await setPolled(75);
    await expectReason(standby.url, /^no producer is following Steam/);
    const { stdout } = await runCli(['status'], env);
    expect(stdout.split('\n')[0]).toMatch(
      /^Health +No producer is following Steam\. Producers are running, and none leads\./,
    );
    await leadership.release();
    await expectReady(standby.url);
  });
});

describe('a leader whose polls get no response', { timeout: 240_000 }, () => {
  test('gives way to the producer that stands by', async () => {
    const simulator = await startTestSimulator({ apps: 10 });
    const [{ url }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const env = {
      DATABASE_URL: url,
      REDIS_URL: redis.url,
      POLL_INTERVAL_MS: '200',
      STEAM_REQUEST_TIMEOUT_MS: '2000',
      WATCHDOG_MS: '120000',
      ...environmentOf(simulator),
    };
    const first = await startService('producer', env);
    const second = await startService('producer', env);
    const fault = simulator.arm({ kind: 'no-answer', requests: ['changes'] });
    await first.waitForLine(/"leadership lost"/);
    await first.waitForLine(/gives way to another producer: no poll for \d+ s/);
    await second.waitForLine(/"leading"/);
    simulator.disarm(fault.id);
    await expectReady(second.url);
    await expectReady(first.url);
    expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
  });
});

describe('something due that is not dispatched', { timeout: 180_000 }, () => {
  test('makes the producer unready with the reason, and is dispatched when Redis accepts writes again', async () => {
    const simulator = await startTestSimulator({ apps: 100 });
    const pipeline = await startPipeline(simulator, { env: { WATCHDOG_MS: '30000' } });
    await pipeline.settled(60_000);
    const { producer } = pipeline.services;
    const queues = openQueues(pipeline.redis.url, () => {});
    closeAtEnd('queues of the test', () => queues.close());

    await queues.redis.replicaof('127.0.0.1', '1');
    simulator.release(20);
    await expectReason(producer.url, /^Redis is a read-only replica$/);
    await queues.redis.replicaof('NO', 'ONE');
    await expectReady(producer.url);
    await pipeline.settled(60_000);
    expect(await pipeline.stop()).toEqual([0, 0, 0]);
  });
});
