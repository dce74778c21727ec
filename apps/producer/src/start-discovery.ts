import { findScan, markWanted, startScan } from '@pics/database';
import { repeat } from '@pics/service';
import { listStoreApps } from './list-store-apps.ts';
import type { Producer } from './producer.ts';

const WEB_API = 'https://api.steampowered.com';

/**
 * Sees to it that every app is looked for once: on a database that was never scanned it begins a metadata-only scan of the
 * whole range of ids. With a Web API key the store's list goes first, so that what people look for is there early.
 *
 * Listing what is already listed does no harm, so an interruption anywhere before the scan begins just starts over.
 */
export async function startDiscovery(producer: Producer, signal: AbortSignal): Promise<void> {
  const { database, log } = producer;
  const turn = async () => {
    if (await findScan(database, 'discovery')) return 'done' as const;
    await wantStoreApps(producer, signal);
    await startScan(database, { reason: 'discovery', knownOnly: false });
    log.info('looking for every app there is');
    return 'done' as const;
  };
  await repeat(turn, {
    intervalMs: 1_000,
    signal,
    onError: (err, nextTurnMs) => log.warn({ err, nextTurnMs }, 'discovery could not begin'),
  });
}

/** Marks everything the store lists as wanted; the scan finds all of it too, so a list that fails is only a pity. */
export async function wantStoreApps(
  { settings, database, log }: Producer,
  signal: AbortSignal,
): Promise<void> {
  if (!settings.STEAM_WEB_API_KEY) return;
  try {
    for await (const appids of listStoreApps(WEB_API, settings.STEAM_WEB_API_KEY, signal)) {
      await markWanted(database, { appids });
      log.info({ apps: appids.length }, 'listed by the store');
    }
  } catch (err) {
    log.warn({ err }, 'the store gave no list; the scan finds its apps all the same');
  }
}
