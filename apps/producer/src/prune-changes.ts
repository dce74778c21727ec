import { addEventMonths, pruneChanges, pruneEvents } from '@pics/database';
import { repeat } from '@pics/service';
import { PRUNE_INTERVAL_MS } from './config.ts';
import type { Producer } from './producer.ts';

/** How soon the next step follows one that deleted something. */
const STEP_INTERVAL_MS = 100;

/**
 * Deletes announced changes older than CHANGES_RETENTION_DAYS and events older than EVENTS_RETENTION_DAYS, and adds the
 * partitions for the events of the next months, until the signal.
 */
export function keepPruning({ database, log, settings }: Producer, signal: AbortSignal): Promise<void> {
  const iterate = async () => {
    await addEventMonths(database);
    const pruned = await pruneChanges(database, settings.CHANGES_RETENTION_DAYS);
    const isMore = await pruneEvents(database, settings.EVENTS_RETENTION_DAYS);
    return pruned > 0 || isMore ? 'busy' : undefined;
  };
  return repeat(iterate, {
    intervalMs: PRUNE_INTERVAL_MS,
    busyIntervalMs: STEP_INTERVAL_MS,
    signal,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'pruning changes and events failed'),
  });
}
