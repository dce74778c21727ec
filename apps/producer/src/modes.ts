import { countLedger, findUnfinishedScan, markWanted, startScan } from '@pics/database';
import { repeat } from '@pics/service';
import { keepDispatching } from './dispatch-batches.ts';
import { followOnce, keepFollowing } from './follow-changes.ts';
import { lead } from './lead.ts';
import { keepNamingTags } from './name-tags.ts';
import type { Producer } from './producer.ts';
import { keepPruning } from './prune-changes.ts';
import { keepReportingScans } from './report-finished-scans.ts';
import { keepScanning } from './scan-when-due.ts';
import { startDiscovery, wantStoreApps } from './start-discovery.ts';

/** How often a bulk sync checks whether everything is settled. */
const SETTLED_CHECK_MS = 1_000;

const MODES = { change_monitor: monitorChanges, bulk_sync: syncEverything };

/** Starts the producer in the mode of its settings. The service ends when the mode does, and with its error if it fails. */
export function startMode(producer: Producer): void {
  const running = MODES[producer.settings.MODE](producer).then(
    () => producer.stop(),
    (error: unknown) => producer.stop(error),
  );
  producer.onClose('loops', () => running);
}

/** Follows the change feed: the ordinary mode of a producer. Resolves when the service stops. */
async function monitorChanges(producer: Producer): Promise<void> {
  await lead(producer, (signal) =>
    Promise.all([
      keepFollowing(producer, signal),
      startDiscovery(producer, signal),
      keepDispatching(producer, signal),
      keepNamingTags(producer, signal),
      keepScanning(producer, signal),
      keepReportingScans(producer, signal),
      keepPruning(producer, signal),
    ]),
  );
}

/**
 * Marks every app wanted, the known ones and those that a scan of all ids finds, and resolves when the ledger is settled.
 *
 * Next to a producer that monitors changes it only marks and waits, since that one leads and dispatches; alone it becomes the
 * leader itself. After an interruption it starts from the beginning: apps settled before are wanted again, because
 * "everything" counts from the start of the process.
 */
async function syncEverything(producer: Producer): Promise<void> {
  const { database, log, stopping } = producer;
  const options = {
    intervalMs: SETTLED_CHECK_MS,
    signal: stopping,
    onError: (err: unknown, retryInMs: number) => log.warn({ err, retryInMs }, 'bulk sync is delayed'),
  };

  const want = async () => {
    await followOnce(producer); // Stores a cursor if there is none, so that no later change is missed.
    const marked = await markWanted(database, { all: true });
    await wantStoreApps(producer, stopping);
    await startScan(database, { reason: 'discovery', knownOnly: false, survey: true });
    log.info({ apps: marked }, 'all known apps are wanted again, discovery started');
    return 'done' as const;
  };
  await repeat(want, options);

  const leading = lead(producer, (signal) =>
    Promise.all([keepDispatching(producer, signal), keepNamingTags(producer, signal)]),
  );
  const checkSettled = async () => {
    // The scan is checked first: its end and the apps it makes wanted are one transaction.
    if (await findUnfinishedScan(database)) return;
    const { wanted, inFlight, tokensWanted, settled, failed } = await countLedger(database);
    if (wanted + inFlight + tokensWanted > 0) return;
    log.info({ settled, failed }, 'everything is settled');
    return 'done' as const;
  };
  await repeat(checkSettled, options);
  producer.stop();
  await leading;
}
