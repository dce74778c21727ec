import { describe, expect, test } from 'vitest';
import { ago, at, minutesOf, replica, statusWith, type StatusChange } from '../testing/status-with.ts';
import { assessHealth } from './assess-health.ts';

const wanted = (apps: number, inFlight = 0) => ({
  known: 282_630,
  wanted: apps,
  inFlight,
  settled: 282_630 - apps - inFlight,
  failed: 0,
  oldestWantedChangeNumber: null,
});
const failed = (apps: number) => ({ counts: { ...wanted(0), settled: 282_630 - apps, failed: apps } });
const feed = {
  source: 'steam' as const,
  changeNumber: 100,
  changedAt: at,
  polledMsAgo: 2_000,
  changesBehind: 0,
  behindSince: null,
};
const behind = (ms: number) => ({ feed: { ...feed, changesBehind: 3, behindSince: ago(ms) } });
const polled = (polledMsAgo: number | null) => ({ feed: { ...feed, polledMsAgo } });
const retried = (apps: number, attempt: number) => ({
  retries: {
    apps,
    attempt,
    error: 'NoResponse: Steam did not respond in time',
    byAttempts: [{ attempts: attempt - 1, apps }],
  },
});
const discovery = (idsLookedThrough: number) => ({
  backlog: {
    discovery: {
      startedAt: ago(300_000),
      requests: 200,
      idsLookedThrough,
      ids: 4_200_000,
      apps: 282_000,
      appsToFind: 200_000,
    },
    otherIdsLeft: 0,
    scanRequestSize: 5_000,
    batchSize: 200,
  },
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
      'Working at 25 % of the rate, since Steam refused requests.',
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
      { ledger: { counts: wanted(240_000, 6_000), hour: minutesOf(0, 400, 400) } },
      'busy',
      'Catching up',
      '12 % done: fetched 36,630 of 282,630 apps. About 10m left.',
    ],
    [
      'a discovery is still running',
      { ledger: { counts: { ...wanted(0), known: 80_000, settled: 80_000 }, ...discovery(1_000_000) } },
      'busy',
      'Catching up',
      '26 % done: scanned 23 % of the ids, fetched 80,000 of about 282,000 apps. About 15m left.',
    ],
    [
      'a discovery has only begun',
      { ledger: { counts: { ...wanted(0), known: 0, settled: 0 }, ...discovery(0) } },
      'busy',
      'Catching up',
      '0 % done: scanned 0 % of the ids, finding out how many apps there are.',
    ],
    [
      'apps have failed',
      { ledger: failed(152) },
      'warn',
      'Up to date; 152 apps failed',
      '152 apps failed and wait for a requeue.',
    ],
    ['an app has failed', { ledger: failed(1) }, 'warn', 'Up to date; 1 app failed', 'waits for a requeue'],
    [
      'apps have failed during a backlog',
      { ledger: { counts: { ...wanted(5_000), failed: 7 } } },
      'warn',
      'Catching up; 7 apps failed',
      '',
    ],
    [
      'apps have failed and the fleet is paused',
      { ledger: { ...failed(7), settings: { fetchRate: null, pausedAt: ago(120_000) } } },
      'warn',
      'Paused',
      '7 apps failed and wait for a requeue.',
    ],
    [
      'apps have been retried for long',
      { ledger: retried(150, 6) },
      'warn',
      'Up to date; 150 apps are being retried',
      '150 apps are being retried, attempt 6 of 12: NoResponse: Steam did not respond in time.',
    ],
    [
      'an app is retried for the first time',
      { ledger: retried(1, 2) },
      'good',
      'Up to date with Steam',
      '1 app is being retried, attempt 2 of 12',
    ],
    [
      'apps have failed and others are being retried',
      { ledger: { ...failed(3), ...retried(150, 6) } },
      'warn',
      'Up to date; 3 apps failed; 150 apps are being retried',
      '',
    ],
    [
      'batches failed as a whole',
      {
        fleet: {
          queues: [{ name: 'pics-fetch', waiting: 0, active: 0, delayed: 0, failed: 141, paused: false }],
        },
      },
      'good',
      'Up to date with Steam',
      '141 batches failed as a whole within the last week',
    ],
    [
      'the feed was never polled',
      { ledger: { feed: { ...feed, changeNumber: null, polledMsAgo: null } } },
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
      'producers run and none leads, a moment after the last poll',
      {
        ledger: polled(40_000),
        fleet: {
          replicas: [replica('producer', { role: 'stands by' }), replica('fetcher'), replica('writer')],
        },
      },
      'warn',
      'No producer is leading',
      'The last poll was 40s ago.',
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
      '1 of 2 fetchers is waiting: throttled.',
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
  ] as const)('when %s, says so', ([, changed, level, headline, detail]) => {
    const health = assessHealth(statusWith(changed as StatusChange));
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
