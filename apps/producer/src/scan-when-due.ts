import type { Scan } from '@pics/database';
import { LOOK_AROUND_AFTER_GAP_MS } from './config.ts';

type Span = Pick<Scan, 'startedAt' | 'finishedAt'>;

export interface ScanWhenDueDependencies {
  findLatestScan: () => Promise<Span | undefined>;
  findScan: (reason: Scan['reason']) => Promise<Span | undefined>;
  startScan: (reason: 'sweep' | 'discovery') => Promise<void>;
}

/**
 * Starts the scans that nobody asks for, one at a time:
 *
 * - A gap is followed by a discovery. Reconciling it asks for the ids that are known and for those above them, which is
 *   quick; but an id between them that nobody knew may have come up in the gap, and no later change would tell.
 * - When no scan of any kind has begun for the interval, a sweep compares all known apps with Steam. The feed should never
 *   miss anything; this is what finds out when it does.
 *
 * A database that was never scanned is left to the first discovery, and a scan that is under way to itself.
 *
 * @returns which one was started, if any.
 */
export async function scanWhenDue(
  dependencies: ScanWhenDueDependencies,
  { intervalMs, now }: { intervalMs: number; now: number },
): Promise<'sweep' | 'discovery' | undefined> {
  const latest = await dependencies.findLatestScan();
  if (!latest?.finishedAt) return undefined;
  const gap = await dependencies.findScan('gap');
  const discovery = await dependencies.findScan('discovery');
  const lookAround = gap !== undefined && gap.startedAt > (discovery?.startedAt ?? new Date(0));
  const since = lookAround ? gap.startedAt : latest.startedAt;
  const waitMs = lookAround ? Math.min(intervalMs, LOOK_AROUND_AFTER_GAP_MS) : intervalMs;
  if (now - since.getTime() < waitMs) return undefined;
  const reason = lookAround ? 'discovery' : 'sweep';
  await dependencies.startScan(reason);
  return reason;
}
