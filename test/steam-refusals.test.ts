import { openQueues, findSteamPause } from '@pics/queue';
import { waitUntil } from '@pics/local';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '@pics/simulator';
import { parseExposition, sumOf } from './support/exposition.ts';
import { startPipeline } from './support/pipeline.ts';
import type { TestService } from './support/processes.ts';
import { runCli } from './support/run-cli.ts';
import { startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 90_000;

/** Jobs that one fetcher works on at once, by default. */
const CONCURRENCY = 4;

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestSimulator({ apps: 1_000, seed: 21 });
});

async function readMetric(service: TestService, name: string): Promise<number> {
  const response = await fetch(`${service.url}/metrics`);
  return sumOf(parseExposition(await response.text()), name);
}

describe('a Steam that refuses requests', { timeout: 240_000 }, () => {
  test('makes four fetchers pause together: few requests are refused, every page says why, and all settles', async () => {
    const pipeline = await startPipeline(simulator, {
      fetchers: 4,
      board: true,
      // Batches of 10 apps make some hundred requests a second possible.
      env: { FETCH_BATCH_SIZE: '10' },
    });
    await pipeline.settled(SETTLE_MS);
    const queues = openQueues(pipeline.redis.url, () => {});

    simulator.arm({
      kind: 'throttle',
      limit: 0,
      forMs: 12_000,
      requests: ['product-info', 'metadata', 'changes'],
    });
    simulator.release(500);
    expect(await waitUntil(async () => (await findSteamPause(queues.redis)) !== undefined, 30_000)).toBe(
      true,
    );
    const reason = /Steam has refused requests for \d+ s, the fleet pauses for \d+ s more/;
    const { producer, fetchers, board } = pipeline.services;
    for (const service of [producer, ...fetchers]) {
      await expect
        .poll(async () => (await fetch(`${service.url}/readyz`)).text(), { timeout: 20_000 })
        .toMatch(reason);
    }
    await expect
      .poll(async () => (await fetch(`${board?.url}/`)).text(), { timeout: 20_000 })
      .toContain('Steam refuses requests');
    const status = await runCli(['status'], pipeline.env);
    expect(status.stdout).toContain('Steam refuses requests. For');
    expect(await readMetric(producer, 'pics_steam_pause_until_timestamp_seconds')).toBeGreaterThan(1e9);

    await pipeline.settled(SETTLE_MS);
    expect(
      await waitUntil(async () => (await findSteamPause(queues.redis))?.since === undefined, 60_000),
    ).toBe(true);
    // Requests that were under way when the first was refused, and one for each of the pauses: 5, 10 and 20 s.
    expect(simulator.state().refusals.throttled).toBeLessThanOrEqual(4 * CONCURRENCY + 1 + 3);
    expect(await readMetric(producer, 'pics_steam_refused_since_timestamp_seconds')).toBe(0);
    expect(await queues.fetch.bull.getFailedCount()).toBe(0);
    const jobs = await queues.fetch.bull.getCompleted();
    expect(Math.max(...jobs.map(({ attemptsMade }) => attemptsMade))).toBe(1);
    await queues.close();
  });
});
