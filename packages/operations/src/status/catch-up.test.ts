import { describe, expect, test } from 'vitest';
import { simulateFirstFill, type FillOptions } from '../testing/simulate-first-fill.ts';
import { measureCatchUp, type CatchUp } from './catch-up.ts';

/** Steam's catalogue in July 2026, at the rate that Steam tolerates. */
const STEAM = { apps: 282_630, requestsPerSecond: 2 };

interface Reading {
  seconds: number;
  catchUp: CatchUp | undefined;
}

function follow(options: FillOptions): Reading[] {
  return [...simulateFirstFill(options)].map(({ ms, work }) => ({
    seconds: ms / 1_000,
    catchUp: measureCatchUp(work),
  }));
}

/** Seconds of work that were left at a moment: nobody can know of a pause to come. */
function secondsLeft(at: number, end: number, pauses: FillOptions['pauses'] = []): number {
  return pauses.reduce((left, [from, to]) => (at <= from ? left - (to - from) : left), end - at);
}

describe.each<[string, FillOptions]>([
  ['a first fill', STEAM],
  ['a first fill that begins with a minute', { ...STEAM, startSecond: 0, seed: 2 }],
  ['a first fill that starts slowly', { ...STEAM, slowSeconds: 50, startSecond: 12, seed: 3 }],
  [
    'a first fill with pauses, one of them long',
    {
      ...STEAM,
      pauses: [
        [200, 290],
        [500, 1_400],
      ],
      seed: 4,
    },
  ],
  ['a first fill of fewer apps at another rate', { apps: 100_000, requestsPerSecond: 1, seed: 5 }],
])('%s', (_name, options) => {
  const readings = follow(options);
  const end = readings.at(-1)?.seconds ?? 0;

  test('has a time left within a quarter of the truth from the second minute on', () => {
    const known = readings.filter(({ seconds, catchUp }) => seconds >= 60 && catchUp?.etaMs !== undefined);
    expect(known.length).toBeGreaterThan(80);
    const wrong = known.flatMap(({ seconds, catchUp }) => {
      const left = secondsLeft(seconds, end, options.pauses);
      const eta = (catchUp?.etaMs ?? 0) / 1_000;
      // Below a minute, quarters of it are seconds in which requests are under way.
      return Math.abs(eta - left) <= Math.max(left, 60) / 4 ? [] : [{ seconds, left, eta }];
    });
    expect(wrong).toEqual([]);
  });

  test('has one progress that only grows, from nothing to all', () => {
    const percents = readings.flatMap(({ catchUp }) => (catchUp ? [Math.floor(catchUp.share * 1_000)] : []));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents[0]).toBe(0);
    expect(percents.at(-1)).toBeGreaterThan(930);
  });

  test('is never said to be done while a scan looks for apps', () => {
    const after = readings.filter(({ seconds }) => seconds > 10 && seconds < end - 60);
    expect(after.every(({ catchUp }) => catchUp && catchUp.share < 1)).toBe(true);
  });
});
