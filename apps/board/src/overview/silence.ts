import type { Replica } from '@pics/queue';

/** Replicas report every 3 seconds; one that missed four reports in a row hangs or is gone. */
const SILENT_AFTER_MS = 15_000;

/** Whether a replica that is still listed has stopped reporting. */
export function isSilent(replica: Pick<Replica, 'silentMs'>): boolean {
  return replica.silentMs > SILENT_AFTER_MS;
}
