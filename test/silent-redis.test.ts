import { describe, expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import { createTestDatabase } from './support/database.ts';
import { startPipeline } from './support/pipeline.ts';
import type { TestService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { startSilentProxy } from './support/silent-proxy.ts';
import { startTestSimulator } from './support/simulator.ts';

/** How long active jobs may take to finish, and what this machine may add to it when it is busy. */
const DRAIN_MS = 6_000;
const BUSY_MS = 6_000;

/** A pipeline whose connections to Redis have just fallen silent, while its fetcher waits for Steam or has nothing to do. */
async function startSilencedPipeline({ working }: { working: boolean }): Promise<TestService[]> {
  const simulator = await startTestSimulator({ apps: 300, seed: 8 });
  const [{ url: databaseUrl }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const proxy = await startSilentProxy(redis.url);
  const env = { REDIS_URL: proxy.url, DRAIN_TIMEOUT_MS: String(DRAIN_MS) };
  const pipeline = await startPipeline(simulator, { board: true, databaseUrl, env });
  await pipeline.settled(60_000);
  if (working) {
    simulator.arm({ kind: 'no-answer', requests: ['product-info'] });
    const before = simulator.state().requests['product-info'];
    simulator.release(20);
    if (!(await waitUntil(() => simulator.state().requests['product-info'] > before, 30_000)))
      throw new Error('the fetcher makes no request');
  }
  proxy.silence();
  proxy.silenceNew();
  const { producer, fetchers, writer, board } = pipeline.services;
  return [...fetchers, producer, writer, ...(board ? [board] : [])];
}

/** Stops services, and returns their exit codes beside those that their logs make one expect: 1 exactly when something was cut. */
async function stopAll(services: readonly TestService[]): Promise<{ codes: number[]; expected: number[] }> {
  const startedAt = performance.now();
  const codes = await Promise.all(services.map((service) => service.stop()));
  expect(performance.now() - startedAt).toBeLessThan(DRAIN_MS + BUSY_MS);
  const isCut = ({ lines }: TestService) => lines.some((line) => line.includes('drain timed out'));
  return { codes, expected: services.map((service) => (isCut(service) ? 1 : 0)) };
}

describe('SIGTERM while Redis is silent', { timeout: 120_000 }, () => {
  test('ends every service within the drain time, with 1 when something had to be cut', async () => {
    const { codes, expected } = await stopAll(await startSilencedPipeline({ working: false }));
    expect(codes).toEqual(expected);
  });

  test('cuts a job that cannot finish within the drain time, which the exit code and the log say', async () => {
    const [fetcher, ...others] = await startSilencedPipeline({ working: true });
    if (!fetcher) throw new Error('no fetcher');
    const { codes, expected } = await stopAll([fetcher, ...others]);
    expect(codes).toEqual(expected);
    expect(codes[0]).toBe(1);
    await fetcher.waitForLine(/drain timed out: unfinished work will be repeated/);
  });
});
