import type { LedgerCounts } from '@pics/database';
import { formatCount, formatDuration } from '../output/format.ts';

/** What a run until settled came to, in two lines at most. */
export function summarise({ known, settled, failed }: LedgerCounts, elapsedMs: number): string {
  const time = formatDuration(elapsedMs / 1000);
  const lines = [
    `Settled: ${formatCount(settled)} of ${formatCount(known)} known apps, ${formatCount(failed)} failed, after ${time}.`,
  ];
  if (failed > 0) lines.push('Why they failed stands in sync_status, in last_error.');
  return lines.join('\n');
}
