import type { LedgerCounts } from '@pics/database';
import { describe, expect, test } from 'vitest';
import { SettlingRate } from './follow-progress.ts';
import { describeProgress, findHint, type Progress } from './progress.ts';

const counts = (changed: Partial<LedgerCounts>): LedgerCounts => ({
  known: 0,
  wanted: 0,
  inFlight: 0,
  settled: 0,
  failed: 0,
  oldestWantedChangeNumber: null,
  ...changed,
});
const progress = (changed: Partial<LedgerCounts>, scanned?: number): Progress => ({
  counts: counts(changed),
  scanned,
  pausedAt: null,
});

describe('describeProgress', () => {
  test('gives the counts, the speed, the time left and the hint', () => {
    const some = { known: 12_000, wanted: 7_000, inFlight: 400, settled: 4_597, failed: 3 };
    expect(describeProgress(progress(some), 370, 'board on port 3000')).toEqual({
      fraction: 4_600 / 12_000,
      pace: '370 apps/s · ETA 20s · board on port 3000',
      counts: 'known 12,000 · wanted 7,000 · in flight 400 · settled 4,597 · failed 3',
      facts: { ...counts(some), scanned: null, appsPerSecond: 370, remark: 'board on port 3000' },
    });
  });

  test('gives no time while nothing moves, nor when nothing is left', () => {
    expect(describeProgress(progress({ wanted: 10 }), 0).pace).toBe('0 apps/s');
    expect(describeProgress(progress({ known: 10, settled: 10 }), 5).pace).toBe('5 apps/s');
  });

  test('includes the apps that the scan has yet to find in the time left', () => {
    const { pace, fraction } = describeProgress(
      progress({ known: 1_000, wanted: 500, settled: 500 }, 0.25),
      100,
    );
    expect(pace).toBe('scanned 25 % of the ids · 100 apps/s · ETA 35s');
    expect(fraction).toBe(500 / 4_000);
  });

  test('gives no fraction of nothing', () => {
    expect(describeProgress(progress({}), 0).fraction).toBeUndefined();
  });
});

describe('findHint', () => {
  test('says that the fleet is paused', () => {
    expect(findHint({ ...progress({ wanted: 5 }), pausedAt: new Date() }, 100, 0)).toContain('pics resume');
  });

  test('says after some time that nothing moves, unless a scan is running', () => {
    expect(findHint(progress({ wanted: 5 }), 0, 60_000)).toContain('pics doctor');
    expect(findHint(progress({ wanted: 5 }), 0, 5_000)).toBeUndefined();
    expect(findHint(progress({ wanted: 5 }), 0.1, 60_000)).toBeUndefined();
    expect(findHint(progress({ wanted: 0 }), 0, 60_000)).toBeUndefined();
    expect(findHint(progress({ wanted: 5 }, 0.5), 0, 60_000)).toBeUndefined();
  });
});

describe('SettlingRate', () => {
  test('measures the last seconds, failed apps included', () => {
    const rate = new SettlingRate();
    expect(rate.measure(counts({ settled: 100 }), 0)).toBeUndefined();
    expect(rate.measure(counts({ settled: 280, failed: 20 }), 1_000)).toBe(200);
    for (let second = 2; second <= 40; second += 1) rate.measure(counts({ settled: 300 }), second * 1_000);
    expect(rate.measure(counts({ settled: 300 }), 41_000)).toBe(0);
  });

  test('is never negative when settled apps become wanted again', () => {
    const rate = new SettlingRate();
    rate.measure(counts({ settled: 500 }), 0);
    expect(rate.measure(counts({ settled: 0 }), 1_000)).toBe(0);
  });
});
