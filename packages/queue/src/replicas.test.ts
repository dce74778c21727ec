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

  /** A replica that started and was killed so many seconds ago; the report of a running one is as of now. */
  const kill = async (replica: string, service: string, startedAgo: number, killedAgo: number) => {
    const startedAt = new Date(Date.now() - startedAgo * 1_000).toISOString();
    const key = `pics:replica:${service}:${replica}`;
    const text = JSON.stringify(report(replica, { service, startedAt }));
    await queues.redis.set(key, text, 'PX', 10 * 60_000 - killedAgo * 1_000);
    await queues.redis.sadd('pics:replicas', key);
  };
  const listedNames = async () => (await getReplicas(queues.redis)).map(({ replica }) => replica);

  test('that were killed leave the list after a minute once another has started in their place', async () => {
    await kill('replaced', 'fetcher', 500, 70);
    await kill('replacement', 'fetcher', 65, 0);
    await kill('replaced just now', 'writer', 500, 50);
    await kill('its replacement', 'writer', 45, 0);
    await kill('missed', 'producer', 500, 70);
    await kill('older', 'producer', 400, 0);
    expect(await listedNames()).toEqual([
      'replacement',
      'missed',
      'older',
      'replaced just now',
      'its replacement',
    ]);
  });

  test('stay listed when fewer started again than were killed, and leave after a series of crashes', async () => {
    for (const name of ['a', 'b', 'c']) await kill(name, 'fetcher', 500, 100);
    await kill('only one', 'fetcher', 90, 0);
    await kill('first', 'writer', 500, 300);
    await kill('second', 'writer', 290, 200);
    await kill('third', 'writer', 190, 100);
    await kill('fourth', 'writer', 90, 0);
    const names = await listedNames();
    expect(names).toHaveLength(4);
    expect(names.slice(-2)).toEqual(['only one', 'fourth']);
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
