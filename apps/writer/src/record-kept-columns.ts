import type { KeptColumns } from '@pics/core';
import { recordKeptColumns, type Database } from '@pics/database';
import { repeat, type Service } from '@pics/service';

/** Soon after Postgres can be reached: until then no row is written either. */
const RETRY_INTERVAL_MS = 1_000;

/** Records KEEP_COLUMNS for `pics extract`, which runs elsewhere and must keep the same; tries until it succeeds. */
export function startRecordingKeptColumns(
  database: Database,
  keptColumns: KeptColumns,
  { log, stopping, onClose }: Pick<Service, 'log' | 'stopping' | 'onClose'>,
): void {
  const record = async () => {
    await recordKeptColumns(database, keptColumns);
    return 'done' as const;
  };
  const recording = repeat(record, {
    intervalMs: RETRY_INTERVAL_MS,
    signal: stopping,
    onError: (err) => log.debug({ err }, 'KEEP_COLUMNS could not be recorded'),
  });
  onClose('recording of KEEP_COLUMNS', () => recording);
}
