import { describe, expect, test } from 'vitest';
import { repeat } from './repeat.ts';

describe('repeat', () => {
  test('goes on after an iteration that throws and pauses longer with each failure in a row', async () => {
    const stop = new AbortController();
    const pauses: number[] = [];
    await repeat(async () => Promise.reject(new Error('unreachable')), {
      intervalMs: 1,
      signal: stop.signal,
      maxPauseMs: 8,
      onError: (_error, retryInMs) => {
        pauses.push(retryInMs);
        if (pauses.length === 4) stop.abort();
      },
    });
    expect(pauses).toHaveLength(4);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(8);
    expect(Math.min(...pauses)).toBeGreaterThan(0);
  });

  test('ends with the iteration that returns done, however many failed before it', async () => {
    let iterations = 0;
    const iterate = async () => {
      iterations += 1;
      if (iterations < 3) throw new Error('unreachable');
      return 'done' as const;
    };
    await repeat(iterate, {
      intervalMs: 1,
      signal: new AbortController().signal,
      maxPauseMs: 2,
      onError: () => {},
    });
    expect(iterations).toBe(3);
  });

  test('ends in the middle of a pause when the signal is aborted', async () => {
    const stop = new AbortController();
    const ended = repeat(async () => stop.abort(), {
      intervalMs: 3_600_000,
      signal: stop.signal,
      onError: () => {},
    });
    await expect(ended).resolves.toBeUndefined();
  });
});
