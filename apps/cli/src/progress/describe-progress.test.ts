import type { LedgerCounts } from '@pics/database';
import { describe, expect, test } from 'vitest';
import { describeProgress } from './describe-progress.ts';

const counts = (changed: Partial<LedgerCounts>): LedgerCounts => ({
  known: 0,
  wanted: 0,
  inFlight: 0,
  settled: 0,
  failed: 0,
  oldestWantedChangeNumber: null,
  ...changed,
});

describe('the progress', () => {
  test('tells everything a person wants to see', () => {
    const standing = counts({ known: 12_000, wanted: 7_000, inFlight: 400, settled: 4_597, failed: 3 });
    const described = describeProgress({ counts: standing, scanned: undefined }, 370, 'board on port 3000');
    expect(described).toEqual({
      fraction: 4_600 / 12_000,
      pace: '370 apps/s · ETA 20 s · board on port 3000',
      counts: 'known 12,000 · wanted 7,000 · in flight 400 · settled 4,597 · failed 3',
      facts: { ...standing, scanned: null, appsPerSecond: 370, remark: 'board on port 3000' },
    });
  });

  test('gives no time while nothing moves, nor when nothing is left', () => {
    const paceOf = (standing: Partial<LedgerCounts>, rate: number) =>
      describeProgress({ counts: counts(standing), scanned: undefined }, rate).pace;
    expect(paceOf({ wanted: 10 }, 0)).toBe('0 apps/s');
    expect(paceOf({ known: 10, settled: 10 }, 5)).toBe('5 apps/s');
  });

  test('counts what the scan has yet to find into the time', () => {
    const standing = counts({ known: 1_000, wanted: 500, settled: 500 });
    const { pace, fraction } = describeProgress({ counts: standing, scanned: 0.25 }, 100);
    expect(pace).toBe('looked through 25 % of the ids · 100 apps/s · ETA 35 s');
    expect(fraction).toBe(500 / 4_000);
  });

  test('has no fraction of nothing', () => {
    expect(describeProgress({ counts: counts({}), scanned: undefined }, 0).fraction).toBeUndefined();
  });
});
