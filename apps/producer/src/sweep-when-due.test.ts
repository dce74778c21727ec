import { describe, expect, test } from 'vitest';
import { sweepWhenDue, type SweepEdges } from './sweep-when-due.ts';

const HOUR_MS = 3_600_000;
const now = Date.UTC(2026, 10, 22, 12);
const hoursAgo = (hours: number) => new Date(now - hours * HOUR_MS);

/** Whether a daily sweep begins when the latest scan is this one. */
async function begins(latest: Awaited<ReturnType<SweepEdges['findLatestScan']>>): Promise<boolean> {
  let started = false;
  await sweepWhenDue(
    {
      findLatestScan: async () => latest,
      startSweep: async () => {
        started = true;
      },
    },
    { intervalMs: 24 * HOUR_MS, now },
  );
  return started;
}

describe('sweepWhenDue', () => {
  test('sweeps when the latest scan is a day old', async () => {
    expect(await begins({ startedAt: hoursAgo(25), finishedAt: hoursAgo(24) })).toBe(true);
  });

  test('does not sweep again within the day', async () => {
    expect(await begins({ startedAt: hoursAgo(23), finishedAt: hoursAgo(22) })).toBe(false);
  });

  test('leaves a scan alone that is still under way', async () => {
    expect(await begins({ startedAt: hoursAgo(30), finishedAt: null })).toBe(false);
  });

  test('leaves a database that was never scanned to discovery', async () => {
    expect(await begins(undefined)).toBe(false);
  });
});
