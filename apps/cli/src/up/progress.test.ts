import type { LedgerCounts } from '@pics/database';
import { describe, expect, test } from 'vitest';
import { describeProgress, formatDuration, SettlingRate } from './progress.ts';

const counts = (changed: Partial<LedgerCounts>): LedgerCounts => ({
  known: 0,
  wanted: 0,
  inFlight: 0,
  settled: 0,
  failed: 0,
  oldestWantedChangeNumber: null,
  ...changed,
});

describe('the progress line', () => {
  test('tells everything a person wants to see', () => {
    const standing = counts({ known: 12_000, wanted: 7_000, inFlight: 400, settled: 4_597, failed: 3 });
    expect(describeProgress({ counts: standing, scanned: undefined }, 370)).toBe(
      'known 12,000 · wanted 7,000 · in flight 400 · settled 4,597 · failed 3 · 370 apps/s · ETA 20 s',
    );
  });

  test('gives no time while nothing moves, nor when nothing is left', () => {
    expect(describeProgress({ counts: counts({ wanted: 10 }), scanned: undefined }, 0)).not.toContain('ETA');
    expect(describeProgress({ counts: counts({ known: 10 }), scanned: undefined }, 5)).not.toContain('ETA');
  });

  test('counts what the scan has yet to find into the time', () => {
    const standing = counts({ known: 1_000, wanted: 500, settled: 500 });
    const line = describeProgress({ counts: standing, scanned: 0.25 }, 100);
    expect(line).toContain('looked through 25 % of the ids');
    expect(line).toContain('ETA 35 s');
  });
});

describe('the rate', () => {
  test('is measured over the last seconds, failed apps included', () => {
    const rate = new SettlingRate();
    expect(rate.measure(counts({ settled: 100 }), 0)).toBeUndefined();
    expect(rate.measure(counts({ settled: 280, failed: 20 }), 1_000)).toBe(200);
    for (let second = 2; second <= 40; second += 1) rate.measure(counts({ settled: 300 }), second * 1_000);
    expect(rate.measure(counts({ settled: 300 }), 41_000)).toBe(0);
  });

  test('is never negative, when settled apps are wanted again', () => {
    const rate = new SettlingRate();
    rate.measure(counts({ settled: 500 }), 0);
    expect(rate.measure(counts({ settled: 0 }), 1_000)).toBe(0);
  });
});

test.each([
  [59.4, '59 s'],
  [61, '1 min 1 s'],
  [7_260, '2 h 1 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
