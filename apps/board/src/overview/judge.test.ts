import { describe, expect, test } from 'vitest';
import { assessHealth, estimateMs } from './judge.ts';
import type { FleetSide, LedgerSide, Overview } from './read-overview.ts';

const at = new Date('2026-11-22T14:00:00Z');
const ago = (ms: number) => new Date(at.getTime() - ms);

function replica(service: string, changed: Partial<FleetSide['replicas'][number]> = {}) {
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

function scan(reason: 'discovery' | 'gap', finishedAt: Date | null): LedgerSide['scans'][number] {
  const counts = { requests: 1, seen: 1, marked: 1, gone: 0, unanswered: 0, nextAppid: 0 };
  return { id: 1, reason, knownOnly: false, startedAt: at, finishedAt, lastAppid: null, ...counts };
}

/** An installation where all is well, but for what is given. */
function overview(changed: {
  ledger?: Partial<LedgerSide>;
  fleet?: Partial<FleetSide>;
  problems?: string[];
}): Overview {
  const ledger: LedgerSide = {
    counts: {
      known: 282_630,
      wanted: 0,
      inFlight: 0,
      settled: 282_630,
      failed: 0,
      oldestWantedChangeNumber: null,
    },
    feed: { source: 'steam', changeNumber: 31_000_000, changedAt: at, changesBehind: 0, behindSince: null },
    steering: { fetchRate: null, pausedAt: null },
    hour: [],
    day: [],
    changes: [],
    scans: [scan('discovery', at)],
    failures: [],
    ...changed.ledger,
  };
  const fleet: FleetSide = {
    replicas: [replica('producer'), replica('fetcher'), replica('writer')],
    queues: [],
    fetchRate: 2,
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
    changesBehind: 3,
    behindSince: ago(ms),
  },
});
const speed = (...appsPerSecond: number[]) => ({
  hour: appsPerSecond.map((apps) => ({ from: at, appsPerSecond: apps, requestsPerSecond: 2 })),
});

describe('the verdict', () => {
  test.for([
    ['all is well', {}, 'good', 'Up to date with Steam', '282,630 of 282,630 apps are settled.'],
    ['changes are on their way', { ledger: behind(8_000) }, 'good', 'Up to date with Steam', ''],
    [
      'changes take longer than usual',
      { ledger: behind(40_000) },
      'good',
      'Following Steam',
      'A change of 40 s ago is not in the tables yet.',
    ],
    ['changes take too long', { ledger: behind(600_000) }, 'warn', 'Behind Steam', 'A change of 10 min ago'],
    [
      'there is a backlog',
      { ledger: { ...counts(240_000, 6_000), ...speed(0, 400, 400) } },
      'busy',
      'Catching up',
      '246,000 of 282,630 apps to go, about 10 min at the present speed.',
    ],
    [
      'every app is still looked for',
      { ledger: { scans: [scan('discovery', null)] } },
      'busy',
      'Catching up',
      'A scan still looks for more.',
    ],
    [
      'Steam was never asked',
      { ledger: { feed: { ...behind(0).feed, changeNumber: null, behindSince: null } } },
      'busy',
      'Starting',
      '',
    ],
    [
      'it was paused',
      { ledger: { steering: { fetchRate: null, pausedAt: ago(120_000) } } },
      'warn',
      'Paused',
      'For 2 min.',
    ],
    [
      'a queue was paused',
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
      'Steam cannot be followed',
      'No session with Steam.',
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
    const verdict = assessHealth(overview(changed as Parameters<typeof overview>[0]));
    expect([verdict.level, verdict.headline]).toEqual([level, headline]);
    expect(verdict.detail).toContain(detail);
  });

  test('a producer that stands by does not have to have a session', () => {
    const replicas = [
      replica('producer'),
      replica('producer', { role: 'stands by', reason: 'no session with Steam' }),
      replica('fetcher'),
      replica('writer'),
    ];
    expect(assessHealth(overview({ fleet: { replicas } })).level).toBe('good');
  });
});

describe('the time to go', () => {
  const going = { steering: { fetchRate: null, pausedAt: null } };
  const eta = (wanted: number, ...apps: number[]) =>
    estimateMs({ ...going, ...counts(wanted), ...speed(...apps) });

  test('is told by the last five minutes, from when something was done in them', () => {
    expect(eta(4_000, 9_999, 400, 400, 400, 400, 400)).toBe(10_000);
    expect(eta(4_000, 0, 0, 0, 200, 200)).toBe(20_000);
  });

  test('counts minutes in which nothing was done after something was', () => {
    expect(eta(4_000, 400, 0, 0, 0, 0)).toBe(50_000);
  });

  test('is not told while work is paused', () => {
    const steering = { fetchRate: null, pausedAt: at };
    expect(estimateMs({ steering, ...counts(4_000), ...speed(400) })).toBeUndefined();
  });

  test('is unknown when nothing gets done, and there is none when nothing is wanted', () => {
    expect(eta(4_000, 0, 0)).toBeUndefined();
    expect(eta(4_000)).toBeUndefined();
    expect(eta(0, 400)).toBeUndefined();
  });
});
