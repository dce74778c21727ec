import { isDeepStrictEqual } from 'node:util';
import { extractApp } from '@pics/appinfo';
import { applyRecords, readStoredApps, type StoredApp } from '../support/stored-apps.ts';
import type { World } from './world.ts';

/** Differences that are described; the rest are counted. */
const SHOWN = 5;

/**
 * Compares the tables with the current state of the simulator and returns a description of each app that differs.
 *
 * @param except apps that are not compared, because the test made them impossible to store.
 */
export async function findDifferences(
  { database, simulator }: Pick<World, 'database' | 'simulator'>,
  except: ReadonlySet<number> = new Set(),
): Promise<string[]> {
  const stored = await readStoredApps(database);
  const differences: string[] = [];
  const existing = new Set<number>();
  for (const { appid } of simulator.apps()) {
    existing.add(appid);
    if (except.has(appid)) continue;
    const difference = findDifference(simulator, appid, stored.get(appid));
    if (difference) differences.push(difference);
  }
  for (const [appid, app] of stored) {
    if (!existing.has(appid) && app.access !== 'removed') {
      differences.push(`app ${appid} is unknown to Steam and stored as ${app.access}`);
    }
  }
  const more = differences.length - SHOWN;
  return more > 0 ? [...differences.slice(0, SHOWN), `and ${more} more differences`] : differences;
}

function findDifference(
  simulator: World['simulator'],
  appid: number,
  stored: StoredApp | undefined,
): string | undefined {
  const app = simulator.findApp(appid);
  if (!app) return undefined;
  if (!stored) return `app ${appid} is not stored`;
  const { changeNumber, missingToken, text } = app;
  const record = extractApp({ appid, changeNumber, missingToken, body: text });
  const expected = applyRecords([record]);
  // A restricted response leaves the other sections as an earlier response left them.
  if (!record.common) for (const key of COMMON) Object.assign(expected, { [key]: stored[key] });
  if (!record.extended) Object.assign(expected, { extended: stored.extended, dlc: stored.dlc });
  // A body without this section says nothing about it, and a value that is there stays.
  else if (record.extended.isFree === null) {
    Object.assign(expected.extended, { isFree: stored.extended['isFree'] });
  }
  if (!record.depots) expected.depots = stored.depots;
  if (!record.developers) expected.developers = stored.developers;
  if (!record.publishers) expected.publishers = stored.publishers;
  if (isDeepStrictEqual(stored, expected)) return undefined;
  const differing = Object.entries(expected).filter(
    ([key, value]) => !isDeepStrictEqual(stored[key as keyof StoredApp], value),
  );
  const described = differing.map(
    ([key, value]) =>
      `${key} ${JSON.stringify(stored[key as keyof StoredApp])}, not ${JSON.stringify(value)}`,
  );
  return `app ${appid} is stored with ${described.join(' and with ')}`;
}

const COMMON = ['common', 'tags', 'genres', 'categories', 'franchises', 'deck'] as const;
