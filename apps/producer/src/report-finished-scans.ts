import { getScans, type Scan } from '@pics/database';
import { repeat } from '@pics/service';
import { SCAN_REPORT_MS, SCANS_REPORTED } from './config.ts';
import type { Producer } from './producer.ts';

export interface ReportFinishedScansDependencies<S> {
  /** The latest scans; more of them than can run at the same time. */
  getLatestScans: () => Promise<readonly S[]>;
  report: (scan: S) => void;
}

/**
 * Reports the scans that have finished since the previous check, each once. Scans overlap and end in any order, so it is
 * remembered which ones had finished, not which one was the latest.
 *
 * @param reported the finished scans of the previous check; undefined in the first one, which reports none: a scan that had
 *   finished by then was reported by the producer that led at that time.
 * @returns the finished scans of this check, for the next one.
 */
export async function reportFinishedScans<S extends Pick<Scan, 'id' | 'finishedAt'>>(
  { getLatestScans, report }: ReportFinishedScansDependencies<S>,
  reported: ReadonlySet<number> | undefined,
): Promise<Set<number>> {
  const finished = (await getLatestScans()).filter(({ finishedAt }) => finishedAt !== null);
  for (const scan of finished.toReversed()) {
    if (reported && !reported.has(scan.id)) report(scan);
  }
  return new Set(finished.map(({ id }) => id));
}

/** Logs the result of every scan that finishes, until the signal. The feed missed the apps that it marked. */
export function keepReportingScans({ database, log }: Producer, signal: AbortSignal): Promise<void> {
  const dependencies = {
    getLatestScans: () => getScans(database, SCANS_REPORTED),
    report: ({ id, reason, requests, seen, marked, unchanged, gone }: Scan) =>
      log.info({ scan: id, reason, requests, seen, marked, unchanged, gone }, 'scan finished'),
  };
  let reported: Set<number> | undefined;
  const iterate = async (): Promise<void> => {
    reported = await reportFinishedScans(dependencies, reported);
  };
  return repeat(iterate, {
    intervalMs: SCAN_REPORT_MS,
    signal,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'reading scans failed'),
  });
}
