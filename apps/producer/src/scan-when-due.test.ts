import { describe, expect, test } from 'vitest';
import { scanWhenDue, type ScanWhenDueDependencies } from './scan-when-due.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const now = Date.UTC(2026, 10, 22, 12);
const hoursAgo = (hours: number) => new Date(now - hours * HOUR_MS);
const finished = (hours: number) => ({ startedAt: hoursAgo(hours), finishedAt: hoursAgo(hours - 0.1) });

type Span = NonNullable<Awaited<ReturnType<ScanWhenDueDependencies['findScan']>>>;
type Scans = Partial<Record<'gap' | 'discovery' | 'sweep', Span>>;

/** What begins by itself when these are the scans so far and sweeps are daily. */
async function begins(scans: Scans, intervalMs = 24 * HOUR_MS): Promise<string | undefined> {
  const started: string[] = [];
  const all = Object.values(scans).sort((a, b) => Number(b.startedAt) - Number(a.startedAt));
  const dependencies: ScanWhenDueDependencies = {
    findLatestScan: async () => all[0],
    findScan: async (reason) => scans[reason],
    startScan: async (reason) => void started.push(reason),
  };
  const reason = await scanWhenDue(dependencies, { intervalMs, now });
  expect(started).toEqual(reason ? [reason] : []);
  return reason;
}

describe('a sweep', () => {
  test('begins when the latest scan is a day old', async () => {
    expect(await begins({ discovery: finished(25) })).toBe('sweep');
    expect(await begins({ discovery: finished(90), sweep: finished(25) })).toBe('sweep');
  });

  test('does not begin again within the day', async () => {
    expect(await begins({ discovery: finished(90), sweep: finished(23) })).toBeUndefined();
  });

  test('leaves a scan alone that is still under way', async () => {
    expect(await begins({ discovery: { startedAt: hoursAgo(30), finishedAt: null } })).toBeUndefined();
  });

  test('leaves a database that was never scanned to discovery', async () => {
    expect(await begins({})).toBeUndefined();
  });
});

describe('a discovery', () => {
  test('follows a gap, for an id that nobody knew may have come up in it', async () => {
    expect(await begins({ discovery: finished(90), gap: finished(0.3) })).toBe('discovery');
  });

  test('waits until the apps that are known to have changed are through', async () => {
    expect(await begins({ discovery: finished(90), gap: finished(0.2) })).toBeUndefined();
  });

  test('waits no longer than a sweep would', async () => {
    expect(await begins({ discovery: finished(90), gap: finished(0.2) }, MINUTE_MS)).toBe('discovery');
  });

  test('follows a gap that came while another was under way', async () => {
    expect(await begins({ discovery: finished(2), gap: finished(1) })).toBe('discovery');
  });

  test('follows a gap once', async () => {
    expect(await begins({ gap: finished(2), discovery: finished(1) })).toBeUndefined();
  });
});
