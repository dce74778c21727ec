import { describe, expect, test } from 'vitest';
import { scanWhenDue, type ScanWhenDueDependencies } from './scan-when-due.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const now = Date.UTC(2026, 10, 22, 12);
const hoursAgo = (hours: number) => new Date(now - hours * HOUR_MS);
const finished = (hours: number) => ({ startedAt: hoursAgo(hours), finishedAt: hoursAgo(hours - 0.1) });

type Span = NonNullable<Awaited<ReturnType<ScanWhenDueDependencies['findScan']>>>;
type Scans = Partial<Record<'gap' | 'discovery' | 'sweep', Span>>;

/** The scan that is started, given the scans so far and a daily sweep. */
async function startedScan(scans: Scans, intervalMs = 24 * HOUR_MS): Promise<string | undefined> {
  const started: string[] = [];
  const dependencies: ScanWhenDueDependencies = {
    findScan: async (reason) => scans[reason],
    startScan: async (reason) => void started.push(reason),
  };
  const reason = await scanWhenDue(dependencies, { intervalMs, now });
  expect(started).toEqual(reason ? [reason] : []);
  return reason;
}

describe('a sweep', () => {
  test('is started when the latest scan is a day old', async () => {
    expect(await startedScan({ discovery: finished(25) })).toBe('sweep');
    expect(await startedScan({ discovery: finished(90), sweep: finished(25) })).toBe('sweep');
  });

  test('is not started again within the day', async () => {
    expect(await startedScan({ discovery: finished(90), sweep: finished(23) })).toBeUndefined();
  });

  test('is not started while another scan is running', async () => {
    const running = { startedAt: hoursAgo(30), finishedAt: null };
    expect(await startedScan({ discovery: running })).toBeUndefined();
    expect(await startedScan({ discovery: running, gap: finished(40) })).toBeUndefined();
    expect(await startedScan({ discovery: finished(40), gap: running, sweep: finished(28) })).toBeUndefined();
  });

  test('is not started on a database that was never scanned', async () => {
    expect(await startedScan({})).toBeUndefined();
  });
});

describe('a discovery', () => {
  test('follows a gap, since an unknown id may have appeared in it', async () => {
    expect(await startedScan({ discovery: finished(90), gap: finished(0.3) })).toBe('discovery');
  });

  test('waits a quarter of an hour, so that the apps known to have changed go first', async () => {
    expect(await startedScan({ discovery: finished(90), gap: finished(0.2) })).toBeUndefined();
  });

  test('waits no longer than the interval of sweeps', async () => {
    expect(await startedScan({ discovery: finished(90), gap: finished(0.2) }, MINUTE_MS)).toBe('discovery');
  });

  test('follows a gap that began after the last discovery', async () => {
    expect(await startedScan({ discovery: finished(2), gap: finished(1) })).toBe('discovery');
  });

  test('that is unfinished when a gap comes is started again, and only once', async () => {
    const gap = finished(1);
    expect(await startedScan({ discovery: { startedAt: hoursAgo(2), finishedAt: null }, gap })).toBe(
      'discovery',
    );
    const again = { startedAt: hoursAgo(0.7), finishedAt: null };
    expect(await startedScan({ discovery: again, gap })).toBeUndefined();
  });

  test('follows a gap only once', async () => {
    expect(await startedScan({ gap: finished(2), discovery: finished(1) })).toBeUndefined();
  });
});
