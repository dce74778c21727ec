import { describe, expect, test } from 'vitest';
import { repeat } from './repeat.ts';

describe('repeat', () => {
  test('goes on after a turn that throws, and pauses longer with each failure in a row', async () => {
    const stop = new AbortController();
    const pauses: number[] = [];
    await repeat(async () => Promise.reject(new Error('away')), {
      intervalMs: 1,
      signal: stop.signal,
      maxPauseMs: 8,
      onError: (_error, nextTurnMs) => {
        pauses.push(nextTurnMs);
        if (pauses.length === 4) stop.abort();
      },
    });
    expect(pauses).toHaveLength(4);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(8);
    expect(Math.min(...pauses)).toBeGreaterThan(0);
  });

  test('ends with the turn that says it is done, however often it had to be tried', async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
      if (turns < 3) throw new Error('away');
      return 'done' as const;
    };
    await repeat(turn, {
      intervalMs: 1,
      signal: new AbortController().signal,
      maxPauseMs: 2,
      onError: () => {},
    });
    expect(turns).toBe(3);
  });

  test('ends in the middle of a pause when told to stop', async () => {
    const stop = new AbortController();
    const ended = repeat(async () => stop.abort(), {
      intervalMs: 3_600_000,
      signal: stop.signal,
      onError: () => {},
    });
    await expect(ended).resolves.toBeUndefined();
  });
});
