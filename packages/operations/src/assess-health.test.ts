import { describe, expect, test } from 'vitest';
import { assessHealth } from './assess-health.ts';
import type { FleetStatus, LedgerStatus, Status } from './read-status.ts';
import { estimateEtaMs } from './throughput.ts';

const at = new Date('2026-11-22T14:00:00Z');
const ago = (ms: number) => new Date(at.getTime() - ms);

function replica(service: string, changed: Partial<FleetStatus['replicas'][number]> = {}) {
  return {
    service,
    replica: 'a',
    version: '1',
    startedAt: at.toISOString(),
    counters: {},
    silentMs: 1_000,
    ...(service === 'producer' && { role: 'leads' }),
    ...changed,
  };
}

function scan(reason: 'discovery' | 'gap', finishedAt: Date | null): LedgerStatus['scans'][number] {
  const counts = { requests: 1, seen: 1, marked: 1, unchanged: 0, gone: 0, unanswered: 0, nextAppid: 0 };
  return { id: 1, reason, knownOnly: false, startedAt: at, finishedAt, lastAppid: null, ...counts };
}

/** The status of an installation that is well, except for what is given. */
function statusWith(changed: {
  ledger?: Partial<LedgerStatus>;
  fleet?: Partial<FleetStatus>;
  problems?: string[];
}): Status {
  const ledger: LedgerStatus = {
    counts: {
      known: 282_630,
      wanted: 0,
      inFlight: 0,
      settled: 282_630,
      failed: 0,
      oldestWantedChangeNumber: null,
    },
    feed: {
      source: 'steam',
      changeNumber: 31_000_000,
      changedAt: at,
      polledMsAgo: 2_000,
      changesBehind: 0,
      behindSince: null,
    },
    settings: { fetchRate: null, pausedAt: null },
    hour: [],
    scans: [scan('discovery', at)],
    ...changed.ledger,
  };
  const fleet: FleetStatus = {
    replicas: [replica('producer'), replica('fetcher'), replica('writer')],
    queues: [],
    fetchRate: 2,
    steamPause: undefined,
    ...changed.fleet,
  };
  return { at, ledger, fleet, problems: changed.problems ?? [] };
}

const counts = (wanted: number, inFlight = 0) => ({
  counts: { known: 282_630, wanted, inFlight, settled: 0, failed: 0, oldestWantedChangeNumber: null },
});
const behind = (ms: number) => ({
  feed: {
    source: 'steam' as const,
    changeNumber: 100,
    changedAt: at,
    polledMsAgo: 2_000,
    changesBehind: 3,
    behindSince: ago(ms),
  },
});
const polled = (polledMsAgo: number | null) => ({ feed: { ...behind(0).feed, polledMsAgo } });
const speed = (...appsPerSecond: number[]) => ({
  hour: appsPerSecond.map((apps) => ({ from: at, appsPerSecond: apps, requestsPerSecond: 2 })),
});

describe('assessHealth', () => {
  test.for([
    ['everything is fine', {}, 'good', 'Up to date with Steam', '282,630 of 282,630 apps are settled.'],
    [
      'Steam refuses requests',
      { fleet: { steamPause: { since: ago(240_000), until: new Date(at.getTime() + 60_000), share: 0.25 } } },
      'bad',
      'Steam refuses requests',
      'For 4m; the next one is made in 1m. The whole fleet pauses, work waits and is not lost.',
    ],
    [
      'Steam responds again after refusals',
      { fleet: { steamPause: { since: undefined, until: ago(1_000), share: 0.25 } } },
      'good',
      'Up to date with Steam',
      '',
    ],
    ['changes are on their way', { ledger: behind(8_000) }, 'good', 'Up to date with Steam', ''],
    [
      'changes take longer than usual',
      { ledger: behind(40_000) },
      'good',
      'Following Steam',
      'A change from 40s ago is not in the tables yet.',
    ],
    ['changes take too long', { ledger: behind(600_000) }, 'warn', 'Behind Steam', 'A change from 10m ago'],
    [
      'there is a backlog',
      { ledger: { ...counts(240_000, 6_000), ...speed(0, 400, 400) } },
      'busy',
      'Catching up',
      '246,000 of 282,630 apps to go, about 10m at the current speed.',
    ],
    [
      'a discovery is still running',
      { ledger: { scans: [scan('discovery', null)] } },
      'busy',
      'Catching up',
      'A scan is still looking for more.',
    ],
    [
      'the feed was never polled',
      { ledger: { feed: { ...behind(0).feed, changeNumber: null, behindSince: null, polledMsAgo: null } } },
      'busy',
      'Starting',
      '',
    ],
    [
      'the fleet is paused',
      { ledger: { settings: { fetchRate: null, pausedAt: ago(120_000) } } },
      'warn',
      'Paused',
      'For 2m.',
    ],
    [
      'a queue is paused',
      {
        fleet: {
          queues: [{ name: 'pics-fetch', waiting: 0, active: 0, delayed: 0, failed: 0, paused: true }],
        },
      },
      'warn',
      'A queue is paused',
      'pics-fetch',
    ],
    [
      'no producer runs',
      { fleet: { replicas: [replica('fetcher'), replica('writer')] } },
      'bad',
      'No producer running',
      '',
    ],
    [
      'the producer is silent',
      { fleet: { replicas: [replica('producer', { silentMs: 16_000 })] } },
      'bad',
      'No producer running',
      '',
    ],
    [
      'the producer has no session',
      { fleet: { replicas: [replica('producer', { reason: 'no session with Steam' })] } },
      'bad',
      'The producer is not ready',
      'No session with Steam.',
    ],
    [
      'the feed has not been polled for more than a minute, although a producer leads and has no complaint',
      { ledger: polled(73_000) },
      'bad',
      'No producer is following Steam',
      'The last poll was 1m ago.',
    ],
    [
      'the leader has had no session for more than a minute',
      {
        ledger: polled(300_000),
        fleet: { replicas: [replica('producer', { reason: 'no session with Steam' })] },
      },
      'bad',
      'No producer is following Steam',
      'No session with Steam. The last poll was 5m ago.',
    ],
    [
      'producers run and none leads',
      {
        ledger: polled(300_000),
        fleet: { replicas: [replica('producer', { role: 'stands by' }), replica('writer')] },
      },
      'bad',
      'No producer is following Steam',
      'Producers are running, and none leads. The last poll was 5m ago.',
    ],
    [
      'nobody follows Steam and the fleet is paused',
      { ledger: { ...polled(300_000), settings: { fetchRate: null, pausedAt: ago(120_000) } } },
      'bad',
      'No producer is following Steam',
      '',
    ],
    [
      'no fetcher runs',
      { fleet: { replicas: [replica('producer'), replica('writer')] } },
      'bad',
      'Nothing is fetched',
      'No fetcher is running.',
    ],
    [
      'every fetcher waits',
      {
        fleet: {
          replicas: [replica('producer'), replica('fetcher', { reason: 'throttled' }), replica('writer')],
        },
      },
      'warn',
      'Nothing is fetched',
      'Throttled.',
    ],
    [
      'one fetcher of two waits',
      {
        fleet: {
          replicas: [
            replica('producer'),
            replica('fetcher', { reason: 'throttled' }),
            replica('fetcher'),
            replica('writer'),
          ],
        },
      },
      'good',
      'Up to date with Steam',
      '',
    ],
    [
      'no writer runs',
      { fleet: { replicas: [replica('producer'), replica('fetcher')] } },
      'bad',
      'Nothing is written',
      'No writer is running.',
    ],
    [
      'something cannot be read',
      { problems: ['Redis cannot be read: no answer'] },
      'bad',
      'Database or Redis unreachable',
      'Redis cannot be read: no answer.',
    ],
  ] as const)('when %s', ([, changed, level, headline, detail]) => {
    const health = assessHealth(statusWith(changed as Parameters<typeof statusWith>[0]));
    expect([health.level, health.headline]).toEqual([level, headline]);
    expect(health.detail).toContain(detail);
  });

  test('ignores that a standby producer has no session', () => {
    const replicas = [
      replica('producer'),
      replica('producer', { role: 'stands by', reason: 'no session with Steam' }),
      replica('fetcher'),
      replica('writer'),
    ];
    expect(assessHealth(statusWith({ fleet: { replicas } })).level).toBe('good');
  });
});

describe('estimateEtaMs', () => {
  const going = { settings: { fetchRate: null, pausedAt: null } };
  const eta = (wanted: number, ...apps: number[]) =>
    estimateEtaMs({ ...going, ...counts(wanted), ...speed(...apps) });

  test('uses the speed of the last five minutes, from the first one in which apps were settled', () => {
    expect(eta(4_000, 9_999, 400, 400, 400, 400, 400)).toBe(10_000);
    expect(eta(4_000, 0, 0, 0, 200, 200)).toBe(20_000);
  });

  test('counts idle minutes that follow busy ones', () => {
    expect(eta(4_000, 400, 0, 0, 0, 0)).toBe(50_000);
  });

  test('knows no time while the fleet is paused', () => {
    const settings = { fetchRate: null, pausedAt: at };
    expect(estimateEtaMs({ settings, ...counts(4_000), ...speed(400) })).toBeUndefined();
  });

  test('knows no time when nothing gets settled or nothing is wanted', () => {
    expect(eta(4_000, 0, 0)).toBeUndefined();
    expect(eta(4_000)).toBeUndefined();
    expect(eta(0, 400)).toBeUndefined();
  });
});
