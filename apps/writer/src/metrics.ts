import { WRITE_QUEUE } from '@pics/core';
import type { RowChanges, ScanCounts, TokenCounts, WriteCounts } from '@pics/database';
import { Counter, observeJobs, registerCounter, type Registry } from '@pics/service';

const WRITTEN = ['added', 'changed', 'unchanged', 'removed', 'failed', 'unsettled'] as const;
const TOKENS = ['granted', 'denied'] as const;
const SCANNED = ['seen', 'marked', 'unchanged', 'gone', 'unanswered'] as const;

export type WriterMetrics = ReturnType<typeof createMetrics>;

/** Registers the counters of the writer; returns the functions that raise them. */
export function createMetrics(registry: Registry) {
  const countApps = registerCounter(registry, {
    name: 'pics_write_apps_total',
    help: 'Apps by the result of a write: added, changed, unchanged, removed, failed, or unsettled (wanted again).',
    labels: { outcome: WRITTEN },
  });
  const rows = new Counter({
    name: 'pics_write_rows_total',
    help: 'Rows of each table by the result of a write: added, changed, removed or unchanged.',
    labelNames: ['table', 'change'],
    registers: [registry],
  });
  const countScanned = registerCounter(registry, {
    name: 'pics_scan_apps_total',
    help: 'Apps in scan results: seen, of these marked as wanted, unchanged (a newer number and the stored body, so not fetched), gone (no longer known to Steam), or unanswered.',
    labels: { outcome: SCANNED },
  });
  const countTokens = registerCounter(registry, {
    name: 'pics_token_apps_total',
    help: 'Apps whose access token was requested from Steam, by its response: granted or denied.',
    labels: { answer: TOKENS },
  });
  return {
    onAttempt: observeJobs(registry, WRITE_QUEUE),
    countWritten: (counts: WriteCounts): void => {
      for (const outcome of WRITTEN) countApps({ outcome }, counts[outcome]);
    },
    countRows: (changes: RowChanges): void => {
      for (const [table, counts] of Object.entries(changes)) {
        for (const [change, count] of Object.entries(counts)) rows.inc({ table, change }, count);
      }
    },
    countScanned: (counts: ScanCounts): void => {
      for (const outcome of SCANNED) countScanned({ outcome }, counts[outcome]);
    },
    countTokens: (counts: TokenCounts): void => {
      for (const answer of TOKENS) countTokens({ answer }, counts[answer]);
    },
  };
}
