import type { RowChanges, ScanCounts, WriteCounts } from '@pics/database';
import { Counter, observeJobs, type Registry } from '@pics/service';

export type WriterMetrics = ReturnType<typeof createMetrics>;

/** Registers the counters of the writer; returns the functions that raise them. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  const apps = new Counter({
    name: 'pics_write_apps_total',
    help: 'Apps by the result of a write: added, changed, unchanged, removed, failed, or unsettled (wanted again).',
    labelNames: ['outcome'],
    registers,
  });
  const rows = new Counter({
    name: 'pics_write_rows_total',
    help: 'Rows of each table by the result of a write: added, changed, removed or unchanged.',
    labelNames: ['table', 'change'],
    registers,
  });
  const scanned = new Counter({
    name: 'pics_scan_apps_total',
    help: 'Apps in scan results: seen, of these marked as wanted, unchanged (a newer number and the stored body, so not fetched), gone (no longer known to Steam), or unanswered.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    onAttempt: observeJobs(registry),
    countWritten: (counts: WriteCounts): void => {
      for (const [outcome, count] of Object.entries(counts)) apps.inc({ outcome }, count);
    },
    countRows: (changes: RowChanges): void => {
      for (const [table, counts] of Object.entries(changes)) {
        for (const [change, count] of Object.entries(counts)) rows.inc({ table, change }, count);
      }
    },
    countScanned: (counts: ScanCounts): void => {
      for (const [outcome, count] of Object.entries(counts)) scanned.inc({ outcome }, count);
    },
  };
}
