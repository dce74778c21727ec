import type { Scan } from '@pics/database';

export interface ReportFinishedScansDependencies<S> {
  /** The latest scans; more of them than can be under way at the same time. */
  getLatestScans: () => Promise<readonly S[]>;
  tell: (scan: S) => void;
}

/**
 * Tells of the scans that have finished since the look before, each of them once. Scans overlap and end in any order, so
 * what is remembered is which ones had finished, not which one was the latest.
 *
 * @param told the finished scans of the look before; undefined in the first look, which tells of none, for a scan that had
 * finished by then was told of by the producer that led at that time.
 * @returns the finished scans of this look, for the next one.
 */
export async function reportFinishedScans<S extends Pick<Scan, 'id' | 'finishedAt'>>(
  { getLatestScans, tell }: ReportFinishedScansDependencies<S>,
  told: ReadonlySet<number> | undefined,
): Promise<Set<number>> {
  const finished = (await getLatestScans()).filter(({ finishedAt }) => finishedAt !== null);
  for (const scan of finished.toReversed()) {
    if (told && !told.has(scan.id)) tell(scan);
  }
  return new Set(finished.map(({ id }) => id));
}
