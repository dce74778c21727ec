import { isDeepStrictEqual } from 'node:util';
import { extractApp } from '@pics/appinfo';
import { decodeDocument, findDocuments, type StoredDocument } from '@pics/database';
import type { AppTruth } from '@pics/simulator';
import { applyRecords, readStoredApps, type StoredApp } from '../support/stored-apps.ts';
import type { World } from './world.ts';

/** Differences that are described; the rest are counted. */
const SHOWN = 5;

/**
 * Compares the tables, and the exact text of each app, with the current state of the simulator, and returns a description of
 * each app that differs.
 *
 * @param except apps that are not compared, because the test made them impossible to store.
 */
export async function findDifferences(
  { database, simulator }: Pick<World, 'database' | 'simulator'>,
  except: ReadonlySet<number> = new Set(),
): Promise<string[]> {
  const stored = await readStoredApps(database);
  const appids = simulator.apps().map(({ appid }) => appid);
  const documents = Map.groupBy(await findDocuments(database, appids), ({ appid }) => appid);
  const tokens = await readTokens({ database, simulator });
  const differences: string[] = [];
  const existing = new Set<number>();
  for (const appid of appids) {
    existing.add(appid);
    if (except.has(appid)) continue;
    const found = (tokens.get(appid) ?? [false])
      .map((withToken) => simulator.findApp(appid, { withToken }))
      .map(
        (app) =>
          app && (findDifference(app, stored.get(appid)) ?? findOtherText(app, documents.get(appid) ?? [])),
      );
    const [difference] = found;
    if (difference && found.every((other) => other !== undefined)) differences.push(difference);
  }
  for (const [appid, app] of stored) {
    if (!existing.has(appid) && app.access !== 'removed') {
      differences.push(`app ${appid} is unknown to Steam and stored as ${app.access}`);
    }
  }
  const more = differences.length - SHOWN;
  return more > 0 ? [...differences.slice(0, SHOWN), `and ${more} more differences`] : differences;
}

/**
 * Whether apps that need a token must be stored as the token shows them: `true` with a token that Steam grants. A token that
 * it denied after it had granted it, or that it did not take twice in a row, leaves the app in one state or the other.
 */
async function readTokens({
  database,
  simulator,
}: Pick<World, 'database' | 'simulator'>): Promise<Map<number, boolean[]>> {
  const ledger = await database
    .selectFrom('picsAppLedger')
    .select(['id', 'tokenState'])
    .where('tokenState', 'is not', null)
    .execute();
  const states = new Map(ledger.map(({ id, tokenState }) => [id, tokenState]));
  return new Map(
    simulator.tokens().map(({ appid, granted }) => {
      const isOpen = granted ? states.get(appid) === 'refused' : states.get(appid) === 'granted';
      return [appid, isOpen ? [true, false] : [granted]];
    }),
  );
}

function findDifference(
  { appid, changeNumber, missingToken, text }: AppTruth,
  stored: StoredApp | undefined,
): string | undefined {
  if (!stored) return `app ${appid} is not stored`;
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

/** The newest stored text must be the one that Steam sends, byte for byte, and stored as the part that it is. */
function findOtherText(app: AppTruth, documents: readonly StoredDocument[]): string | undefined {
  const { appid, changeNumber, text } = app;
  if (text.length === 0) return undefined;
  const { access } = extractApp({ ...app, body: text });
  const expected = access === 'public' ? 'full' : 'public';
  const newest = documents.at(-1);
  if (newest?.part !== expected) return `app ${appid} has the document ${newest?.part}, not ${expected}`;
  return decodeDocument(newest).equals(text)
    ? undefined
    : `app ${appid} has the ${expected} document of change ${newest.changeNumber}, not that of ${changeNumber}`;
}

const COMMON = ['common', 'tags', 'genres', 'categories', 'franchises', 'deck'] as const;
