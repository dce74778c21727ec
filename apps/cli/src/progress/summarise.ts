import type { LedgerCounts } from '@pics/database';
import { formatCount, formatDuration } from '../output/format.ts';

/** What a run until settled came to, in one line. */
export function summarise({ known, settled, failed }: LedgerCounts, elapsedMs: number): string {
  const counts = `${formatCount(settled)} of ${formatCount(known)} known apps, ${formatCount(failed)} failed`;
  return `Settled: ${counts}, after ${formatDuration(elapsedMs / 1_000)}.`;
}
