import type { LedgerCounts } from '@pics/database';
import { describe, expect, test } from 'vitest';
import { SettlingRate } from './settling-rate.ts';

const counts = (changed: Partial<LedgerCounts>): LedgerCounts => ({
  known: 0,
  wanted: 0,
  inFlight: 0,
  settled: 0,
  failed: 0,
  oldestWantedChangeNumber: null,
  ...changed,
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
