import type { LedgerCounts } from '@pics/database';

/** How far everything is at one moment. */
export interface Progress {
  counts: LedgerCounts;
  /** How far the scan that looks for apps has come, from 0 to 1; undefined when none is under way. */
  scanned: number | undefined;
}

/** Whether there is nothing to do any more: nothing wanted, in flight, or being looked for. */
export function isSettled({ counts, scanned }: Progress): boolean {
  return counts.wanted + counts.inFlight === 0 && scanned === undefined;
}
