import { createHash } from 'node:crypto';
import { extractApp } from '@pics/appinfo';
import { connectDatabase, decodeDocument, encodeDocument, findDocuments } from '@pics/database';
import type { Database } from '@pics/database';
import { beforeAll, describe, expect, test } from 'vitest';
import { storeApps } from '../packages/database/src/testing/store-apps.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { hasRecordedPics, readRecordedVersions, type RecordedVersion } from './support/recorded-apps.ts';

/** The longest that writing all of them may take on a busy machine. */
const WRITTEN_MS = 180_000;

async function openDatabase(): Promise<Database> {
  const { url } = await createTestDatabase();
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('database', () => database.destroy());
  return database;
}

/** What must be stored once all of these came: the last full text of each app, and a public part that is newer. */
function expectedTexts(versions: readonly RecordedVersion[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const version of versions) {
    const { appid, access } = extractApp({ ...version, missingToken: false });
    texts.set(`${appid} ${access === 'public' ? 'full' : 'public'}`, sha1Of(version.body));
    if (access === 'public') texts.delete(`${appid} public`);
  }
  return texts;
}

/** The SHA-1 of each stored text, computed from the text that is read. */
async function storedTexts(
  database: Database,
  versions: readonly RecordedVersion[],
): Promise<Map<string, string>> {
  const appids = [...new Set(versions.map(({ appid }) => appid))];
  const found = await findDocuments(database, appids);
  return new Map(found.map((row) => [`${row.appid} ${row.part}`, sha1Of(decodeDocument(row))]));
}

const sha1Of = (text: Uint8Array) => createHash('sha1').update(text).digest('hex');

const sorted = (texts: ReadonlyMap<string, string>) => [...texts].sort(([a], [b]) => a.localeCompare(b));

/** In an order that is the same in each run. */
function shuffle<Value>(values: readonly Value[]): Value[] {
  let seed = 1;
  const keyed = values.map((value) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return { value, key: seed };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

describe.skipIf(!hasRecordedPics)('recorded texts (skipped without recorded PICS data)', () => {
  let versions: RecordedVersion[];

  beforeAll(() => {
    versions = readRecordedVersions();
  });

  test(
    'are each the same bytes after they were compressed and opened again',
    () => {
      const differing = versions.filter(({ body }) => {
        const stored = { sha1: sha1Of(body), size: body.length + 1, body: encodeDocument(body) };
        return !decodeDocument(stored).equals(body);
      });
      expect(differing).toEqual([]);
      expect(versions.length).toBeGreaterThan(6_000);
    },
    WRITTEN_MS,
  );

  test(
    'are stored and found again, the last one of each app and part, when they come in their order',
    async () => {
      const database = await openDatabase();
      await storeApps(database, versions);
      expect(sorted(await storedTexts(database, versions))).toEqual(sorted(expectedTexts(versions)));
    },
    WRITTEN_MS,
  );

  test(
    'lead to the same text of each app when they come in any order and half of them twice',
    async () => {
      const database = await openDatabase();
      await storeApps(database, shuffle([...versions, ...versions.filter((_, index) => index % 2 === 0)]));
      const stored = await storedTexts(database, versions);
      // Of some apps two texts were recorded at the same number.
      const latest = Map.groupBy(versions, ({ appid }) => appid)
        .values()
        .map((ofApp) => ofApp.filter(({ changeNumber }) => changeNumber === ofApp.at(-1)?.changeNumber));
      const differing = [...latest].filter((texts) =>
        texts.every((version) => {
          const { appid, access } = extractApp({ ...version, missingToken: false });
          return stored.get(`${appid} ${access === 'public' ? 'full' : 'public'}`) !== sha1Of(version.body);
        }),
      );
      expect(differing.flat().map(({ appid }) => appid)).toEqual([]);
    },
    WRITTEN_MS,
  );
});
