import { findScan, markWanted, startScan, wantStoredApps } from '@pics/database';
import { repeat } from '@pics/service';
import { listStoreApps } from './list-store-apps.ts';
import type { Producer } from './producer.ts';

const WEB_API = 'https://api.steampowered.com';

/**
 * Starts a metadata-only scan of all ids on a database that was never scanned, so that every app is looked for once. With a
 * Web API key the apps of the store are marked first, so that the ones people look for come early. The apps of a catalogue that
 * was there before are marked as well: they count as known and as not settled from the start.
 *
 * An interruption before the scan starts repeats everything; marking an app twice does no harm.
 */
export async function startDiscovery(producer: Producer, signal: AbortSignal): Promise<void> {
  const { database, log } = producer;
  const startOnce = async () => {
    if (await findScan(database, 'discovery')) return 'done' as const;
    await wantStoredApps(database);
    await wantStoreApps(producer, signal);
    await startScan(database, { reason: 'discovery', knownOnly: false, survey: true });
    log.info('discovery started: looking for every app');
    return 'done' as const;
  };
  await repeat(startOnce, {
    intervalMs: 1_000,
    signal,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'starting the discovery failed'),
  });
}

/** Marks everything in the store's list as wanted. The scan finds all of it too, so a failure is only logged. */
export async function wantStoreApps(
  { settings, database, log }: Producer,
  signal: AbortSignal,
): Promise<void> {
  if (!settings.STEAM_WEB_API_KEY) return;
  try {
    for await (const appids of listStoreApps(WEB_API, settings.STEAM_WEB_API_KEY, signal)) {
      await markWanted(database, { appids });
      log.info({ apps: appids.length }, 'apps of the store are wanted');
    }
  } catch (err) {
    log.warn({ err }, "reading the store's list failed; the scan will find its apps");
  }
}
