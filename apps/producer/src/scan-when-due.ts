import { findScan, startScan, type Scan, type ScanOptions } from '@pics/database';
import { repeat } from '@pics/service';
import { DISCOVERY_AFTER_GAP_MS, SCAN_CHECK_MS } from './config.ts';
import type { Producer } from './producer.ts';

type ScanTimes = Pick<Scan, 'startedAt' | 'finishedAt'>;

export interface ScanWhenDueDependencies {
  findScan: (reason: ScanOptions['reason']) => Promise<ScanTimes | undefined>;
  /** Starts a scan, also when one of the same reason is unfinished: from the first id then. */
  startScan: (reason: 'sweep' | 'discovery') => Promise<void>;
}

/**
 * Starts the scans that nobody requests, one at a time:
 *
 * - A discovery follows a gap. Reconciling the gap requests the known ids and those above them, which is quick; but an
 *   unknown id between them may have appeared in the gap, and no later change would reveal it. One that is unfinished when
 *   the gap comes is started again, once: the id may lie where it has been.
 * - A sweep compares all known apps with Steam when no scan has started within the interval. The feed should never miss
 *   anything; a sweep finds out when it does.
 *
 * A database that was never scanned is left to the first discovery, and any other running scan is left to finish.
 *
 * @returns which one was started, if any.
 */
export async function scanWhenDue(
  dependencies: ScanWhenDueDependencies,
  { intervalMs, now }: { intervalMs: number; now: number },
): Promise<'sweep' | 'discovery' | undefined> {
  const gap = await dependencies.findScan('gap');
  const discovery = await dependencies.findScan('discovery');
  const sweep = await dependencies.findScan('sweep');
  const needsDiscovery = gap !== undefined && gap.startedAt > (discovery?.startedAt ?? new Date(0));
  const running = needsDiscovery ? [gap, sweep] : [gap, discovery, sweep];
  if (running.some((scan) => scan?.finishedAt === null)) return undefined;

  const starts = [gap, discovery, sweep].flatMap((scan) => (scan ? [scan.startedAt.getTime()] : []));
  if (starts.length === 0) return undefined;
  const since = needsDiscovery ? gap.startedAt.getTime() : Math.max(...starts);
  const waitMs = needsDiscovery ? Math.min(intervalMs, DISCOVERY_AFTER_GAP_MS) : intervalMs;
  if (now - since < waitMs) return undefined;
  const reason = needsDiscovery ? 'discovery' : 'sweep';
  await dependencies.startScan(reason);
  return reason;
}

/** Starts scans when they are due until the signal. */
export function keepScanning({ settings, database, log }: Producer, signal: AbortSignal): Promise<void> {
  const iterate = async (): Promise<void> => {
    const started = await scanWhenDue(
      {
        findScan: (reason) => findScan(database, reason),
        startScan: async (reason) =>
          void (await startScan(database, { reason, knownOnly: reason === 'sweep', restart: true })),
      },
      { intervalMs: settings.SWEEP_INTERVAL_MS, now: Date.now() },
    );
    if (started === 'sweep') log.info('sweep started: comparing all known apps with Steam');
    if (started === 'discovery') log.info('discovery started: looking for apps that appeared in the gap');
  };
  return repeat(iterate, {
    intervalMs: Math.min(SCAN_CHECK_MS, settings.SWEEP_INTERVAL_MS),
    signal,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'starting a scan failed'),
  });
}
