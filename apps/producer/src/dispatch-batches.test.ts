import { connectDatabase, countLedger, markWanted, updateFleetSettings, type Database } from '@pics/database';
import { findFetchRate, openQueues, type Queues } from '@pics/queue';
import { createLogger, NO_TRACING, parseSettings, Registry } from '@pics/service';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import { createTestRedis } from '../../../test/support/redis.ts';
import { dispatchOnce } from './dispatch-batches.ts';
import { createMetrics } from './metrics.ts';
import { PollSpans } from './poll-spans.ts';

let database: Database;
let queues: Queues;

beforeEach(async () => {
  const [{ url }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  queues = openQueues(redis.url, () => {});
});

afterEach(() => Promise.all([database.destroy(), queues.close()]));

function dispatch(registry = new Registry()): Promise<boolean> {
  const settings = parseSettings(
    { DATABASE_URL: 'postgres://unused', REDIS_URL: 'redis://unused', FETCH_RATE_PER_SECOND: '3' },
    ['DATABASE_URL', 'REDIS_URL'],
  );
  return dispatchOnce({
    settings,
    database,
    queues,
    log: createLogger({ service: 'test', level: 'silent', replica: 'test' }),
    metrics: createMetrics(registry, {
      database,
      queues,
      state: { leading: true },
    }),
    tracing: NO_TRACING,
    pollSpans: new PollSpans(),
  });
}

describe('dispatchOnce', () => {
  test('uses the rate of the settings until one is set live, and again when that is unset', async () => {
    const rates: (number | undefined)[] = [];
    for (const fetchRate of [null, 8, null]) {
      await updateFleetSettings(database, { fetchRate });
      await dispatch();
      rates.push(await findFetchRate(queues.fetch));
    }
    expect(rates.map((rate) => Math.round(rate ?? 0))).toEqual([3, 8, 3]);
  });

  test('restores the live rate after Redis was emptied', async () => {
    await updateFleetSettings(database, { fetchRate: 0.5 });
    await dispatch();
    await queues.redis.flushall();
    await dispatch();
    expect(await findFetchRate(queues.fetch)).toBe(0.5);
  });

  test('dispatches nothing while paused, and everything that became wanted meanwhile once resumed', async () => {
    await updateFleetSettings(database, { paused: true });
    await markWanted(database, { appids: [440, 570] });
    await dispatch();
    expect(await queues.fetch.countLive()).toBe(0);
    expect(await countLedger(database)).toMatchObject({ wanted: 2, inFlight: 0 });

    await updateFleetSettings(database, { paused: false });
    const registry = new Registry();
    await dispatch(registry);
    expect(await queues.fetch.countLive()).toBe(1);
    expect(await countLedger(database)).toMatchObject({ wanted: 0, inFlight: 2 });
    expect(await registry.metrics()).toContain('pics_dispatch_jobs_total{lane="backlog"} 1');
  });
});
