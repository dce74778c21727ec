import type { Scan } from '@pics/database';

export interface SweepEdges {
  findLatestScan: () => Promise<Pick<Scan, 'startedAt' | 'finishedAt'> | undefined>;
  startSweep: () => Promise<void>;
}

/**
 * Starts a sweep when no scan of any kind has begun for the interval: a comparison of all known apps with Steam that nobody
 * asked for. The feed should never miss anything; this is what finds out when it does.
 *
 * A database that was never scanned is left to discovery, and a scan that is under way to itself.
 *
 * @returns whether one was started.
 */
export async function sweepWhenDue(
  edges: SweepEdges,
  { intervalMs, now }: { intervalMs: number; now: number },
): Promise<boolean> {
  const latest = await edges.findLatestScan();
  if (!latest?.finishedAt || now - latest.startedAt.getTime() < intervalMs) return false;
  await edges.startSweep();
  return true;
}
