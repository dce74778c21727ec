import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { findFetchRate, setFetchRate } from './fetch-rate.ts';
import { openQueues, type Queues } from './open-queues.ts';
import { getReplicas, keepReporting, type ReplicaReport } from './replicas.ts';

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

function report(replica: string, changed: Partial<ReplicaReport> = {}): ReplicaReport {
  return {
    service: 'fetcher',
    replica,
    version: '1.0.0',
    startedAt: '2026-11-22T12:00:00.000Z',
    counters: { requests: 7 },
    ...changed,
  };
}

/** Reports of these replicas, once all of them are listed. */
async function listed(...reports: ReplicaReport[]) {
  const reporting = reports.map((one) => keepReporting(queues.redis, () => one));
  await expect.poll(() => getReplicas(queues.redis)).toHaveLength(reports.length);
  return { stop: () => Promise.all(reporting.map((one) => one.stop())) };
}

describe('replicas', () => {
  test('are listed by service with everything they report, and are removed when they shut down in order', async () => {
    const reason = 'no session with Steam';
    const reporting = await listed(
      report('b'),
      report('a', { service: 'writer', reason, lastProgressAt: '2026-11-22T12:01:00.000Z' }),
      report('c', { startedAt: '2026-11-22T11:00:00.000Z' }),
    );
    const replicas = await getReplicas(queues.redis);
    expect(replicas.map((replica) => replica.replica)).toEqual(['c', 'b', 'a']);
    expect(replicas[2]).toMatchObject({ service: 'writer', reason, counters: { requests: 7 } });
    expect(replicas[2]?.silentMs).toBeLessThan(3_000);
    await reporting.stop();
    expect(await getReplicas(queues.redis)).toEqual([]);
  });

  test('stay listed after they were killed, with how long they have been silent', async () => {
    const killed = { ...report('killed'), counters: {} };
    await queues.redis.set('pics:replica:fetcher:killed', JSON.stringify(killed), 'PX', 10 * 60_000 - 45_000);
    await queues.redis.sadd('pics:replicas', 'pics:replica:fetcher:killed');
    const [replica] = await getReplicas(queues.redis);
    expect(replica?.silentMs).toBeGreaterThanOrEqual(45_000);
    expect(replica?.silentMs).toBeLessThan(55_000);
  });

  test('are removed when their report has expired', async () => {
    await queues.redis.sadd('pics:replicas', 'pics:replica:fetcher:forgotten');
    expect(await getReplicas(queues.redis)).toEqual([]);
    expect(await queues.redis.exists('pics:replicas')).toBe(0);
  });

  test('are listed again after Redis was emptied', async () => {
    const reporting = await listed(report('a'));
    await queues.redis.flushdb();
    await expect.poll(() => getReplicas(queues.redis), { timeout: 10_000 }).toHaveLength(1);
    await reporting.stop();
  });

  test('are left out when their report is not valid', async () => {
    await queues.redis.set('pics:replica:x:y', 'no JSON', 'PX', 60_000);
    await queues.redis.sadd('pics:replicas', 'pics:replica:x:y');
    expect(await getReplicas(queues.redis)).toEqual([]);
  });
});

describe('the rate of the fleet', () => {
  test.for([0.5, 2, 40, 5_000])('is read as %d requests a second after that was set', async (rate) => {
    await setFetchRate(queues.fetch, rate);
    expect(await findFetchRate(queues.fetch)).toBeCloseTo(rate);
  });

  test('is undefined when Redis holds no limit', async () => {
    expect(await findFetchRate(queues.fetch)).toBeUndefined();
  });
});
