import { extractApp } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import type { Database } from '@pics/database';
import type { Simulator } from '@pics/simulator';
import { describe, expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import { createTestDatabase } from './support/database.ts';
import { findHistoryFaults } from './support/history/find-history-faults.ts';
import { openTexts } from './support/history/open-texts.ts';
import { recordStoredStates } from './support/history/stored-states.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import {
  cutBeforeRepeats,
  hasRecordedPics,
  readRecordedVersions,
  RECORDED_PICS,
  type RecordedVersion,
} from './support/recorded-apps.ts';
import { shownBy, startTestSimulator } from './support/simulator.ts';
import { applyRecords, readStoredApps, type StoredApp } from './support/stored-apps.ts';

/** Counts the finished jobs of `pics-fetch` in the logs of the fetchers. */
function countFetchJobs({ services }: Pipeline): number {
  const lines = services.fetchers.flatMap((fetcher) => fetcher.lines);
  return lines.filter((line) => line.includes('"job done"') || line.includes('"job failed"')).length;
}

function countRequests(simulator: Simulator): number {
  const { requests } = simulator.state();
  return requests['product-info'] + requests.metadata + requests['access-token'];
}

/** The app as it must be stored after the simulator's current response. */
function expectedApp(find: ReturnType<typeof shownBy>, appid: number): StoredApp {
  const app = find(appid);
  if (!app) throw new Error(`the simulator has no app ${appid}`);
  const { changeNumber, missingToken, text } = app;
  return applyRecords([extractApp({ appid, changeNumber, missingToken, body: text })]);
}

/** Which of these texts are not stored; of those with one number Steam shows only the last. */
async function findLostTexts(database: Database, versions: readonly RecordedVersion[]): Promise<string[]> {
  const broken: string[] = [];
  const texts = await openTexts(database, broken);
  const stored = new Map(texts.map((text) => [`${text.appid} at ${text.changeNumber}`, text.text]));
  const sent = new Map(
    versions.map((version) => [`${version.appid} at ${version.changeNumber}`, version.body]),
  );
  const lost = [...sent].filter(([version, body]) => stored.get(version)?.equals(body) !== true);
  return [...broken, ...lost.map(([version]) => version)];
}

describe('the pipeline', () => {
  test(
    'discovers and stores every app of a catalogue, no others, and follows a change to its row',
    { timeout: 180_000 },
    async () => {
      const simulator = await startTestSimulator({ apps: 5_000, seed: 7 });
      const pipeline = await startPipeline(simulator, { fetchers: 2, board: true });
      await pipeline.settled(150_000);

      const stored = await readStoredApps(pipeline.database);
      const existing = simulator.apps().map(({ appid }) => appid);
      expect([...stored.keys()].sort((a, b) => a - b)).toEqual(existing);
      const find = shownBy(simulator);
      for (const appid of existing) expect(stored.get(appid)).toEqual(expectedApp(find, appid));
      expect(countFetchJobs(pipeline)).toBe(countRequests(simulator));

      const countTags = async () => {
        const tags = await pipeline.database.selectFrom('steamTags').select('name').execute();
        return {
          named: tags.filter(({ name }) => name).length,
          unnamed: tags.filter(({ name }) => !name).length,
        };
      };
      // Some tags that are in use have no name, on Steam and in the simulator.
      expect(
        await waitUntil(async () => (await countTags()).named > 10 * (await countTags()).unnamed, 20_000),
      ).toBe(true);

      const [appid = 0] = existing;
      simulator.editApp(appid, {
        text: Buffer.from(
          `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"Renamed"\n\t}\n}\n`,
        ),
        missingToken: false,
        onlyPublic: false,
      });
      const row = () =>
        pipeline.database.selectFrom('apps').select('name').where('appid', '=', appid).executeTakeFirst();
      expect(await waitUntil(async () => (await row())?.name === 'Renamed', 20_000)).toBe(true);

      expect(await pipeline.stop()).toEqual([0, 0, 0, 0, 0]);
    },
  );

  test.skipIf(!hasRecordedPics)(
    'replays a recorded catalogue, records every change and text, and stores the newest state of each app',
    { timeout: 240_000 },
    async () => {
      const simulator = await startTestSimulator({ catalog: RECORDED_PICS, replay: true, replayStart: 1 });
      const start = simulator.currentChangeNumber;
      const { url: databaseUrl } = await createTestDatabase();
      await recordStoredStates(databaseUrl);
      const pipeline = await startPipeline(simulator, { fetchers: 2, board: true, databaseUrl });
      const { database } = pipeline;
      await pipeline.settled(60_000);

      const versions = readRecordedVersions();
      const announced = versions.filter(({ changeNumber }) => changeNumber > start);
      for (const stretch of cutBeforeRepeats(announced)) {
        simulator.release(stretch.length);
        const reached = async () => {
          const state = await database.selectFrom('picsState').select('lastChangeNumber').executeTakeFirst();
          return state?.lastChangeNumber === simulator.currentChangeNumber;
        };
        expect(await waitUntil(reached, 20_000)).toBe(true);
        await pipeline.settled(60_000);
      }

      const changes = await database
        .selectFrom('picsChanges')
        .select(['kind', 'id', 'changeNumber'])
        .where('kind', '=', 'app')
        .execute();
      const seen = new Set(changes.map(({ id, changeNumber }) => `${id}@${changeNumber}`));
      expect(
        announced.filter(({ appid, changeNumber }) => !seen.has(`${appid}@${changeNumber}`)).slice(0, 10),
      ).toEqual([]);

      const stored = await readStoredApps(database);
      const histories = Map.groupBy(versions, ({ appid }) => appid);
      expect(new Set(stored.keys())).toEqual(new Set(histories.keys()));
      for (const [appid, history] of histories) {
        const entries = history.map(({ changeNumber, body }): AppBody => ({
          appid,
          changeNumber,
          missingToken: false,
          body,
        }));
        expect(stored.get(appid)).toEqual(applyRecords(entries.map(extractApp)));
      }
      expect(await findHistoryFaults(database, () => true)).toEqual([]);
      expect(await findLostTexts(database, versions)).toEqual([]);
      expect(countFetchJobs(pipeline)).toBe(countRequests(simulator));
      expect(await pipeline.stop()).toEqual([0, 0, 0, 0, 0]);
    },
  );
});
