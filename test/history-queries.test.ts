import { connectDatabase, writeBatch, type Database } from '@pics/database';
import { Client } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import type { Block } from '../packages/appinfo/src/extract/testing/app-body.ts';
import { writeJob } from '../packages/database/src/testing/app-record.ts';
import {
  bodyOf,
  finishFirstFill,
  history,
  send,
} from '../packages/database/src/write/history/testing/send.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { readBlocks } from './support/read-page.ts';

const questions = readBlocks('docs/history.md').filter(({ section }) => section === 'Questions');

let client: Client;
let database: Database;
let changeNumber = 900;

const ACTION = 19;
const HOUR_S = 3_600;
const now = Math.floor(Date.now() / 1_000);

interface App {
  name: string;
  type?: string;
  deck?: number;
  languages?: string[];
  tags?: number[];
  release?: number;
  builds?: Record<string, [build: number, time: number]>;
}

/** Steam's response about an app, written under the next change number. */
async function write(appid: number, app: App): Promise<void> {
  const { name, type = 'Game', deck, languages = ['english'], tags = [], release, builds = {} } = app;
  const list = (values: number[]) =>
    Object.fromEntries(values.map((value, index) => [`${index}`, `${value}`]));
  const supported = Object.fromEntries(
    languages.map((language): [string, Block] => [language, { supported: 'true' }]),
  );
  const branches = Object.entries(builds).map(([branch, [build, time]]): [string, Block] => [
    branch,
    { buildid: `${build}`, timeupdated: `${time}` },
  ]);
  const body = bodyOf(appid, {
    common: {
      name,
      type,
      store_tags: list(tags),
      supported_languages: supported,
      ...(release && { steam_release_date: `${release}` }),
      ...(deck && { steam_deck_compatibility: { category: `${deck}` } }),
    },
    depots: { branches: Object.fromEntries(branches) },
  });
  changeNumber += 1;
  await send(database, [{ appid, changeNumber, body }]);
}

async function remove(appid: number): Promise<void> {
  changeNumber += 1;
  await writeBatch(database, writeJob({ changeNumber, unknown: [appid] }), {
    history,
    documents: 'versions',
  });
}

beforeAll(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
  closeAtEnd('database', () => database.destroy());
  client = new Client({ connectionString: url });
  await client.connect();
  closeAtEnd('client', () => client.end());

  const [day, older, newer] = [now - 48 * HOUR_S, now - 30 * HOUR_S, now - 6 * HOUR_S];
  await write(440, { name: 'Old', deck: 2, release: 1_700_000_000, builds: { public: [1, day] } });
  await write(10, { name: 'Old tool', type: 'Tool' });
  await finishFirstFill(database);
  await write(20, { name: 'New', deck: 3, tags: [ACTION] });
  const app = { name: 'Other', deck: 3, languages: ['english', 'german'], tags: [ACTION, 21] };
  await write(440, { ...app, release: 1_800_000_000, builds: { public: [2, older], beta: [9, older] } });
  await write(440, { ...app, release: 1_800_000_000, builds: { public: [3, newer], beta: [9, older] } });
  await write(10, { name: 'Other tool', type: 'Tool' });
  await write(20, { name: 'New', deck: 3, tags: [ACTION, 21] });
  await remove(20);
  await write(20, { name: 'New', deck: 3, tags: [ACTION, 21] });
});

/** The answer to the only question of the page that has these words in its query. */
async function ask(words: string): Promise<Record<string, unknown>[]> {
  const found = questions.filter(({ text }) => text.includes(words));
  expect(found, words).toHaveLength(1);
  const { rows } = await client.query<Record<string, unknown>>(found[0]?.text ?? '');
  return rows;
}

test('the page says which games became Deck verified, and not which were before or are new', async () => {
  expect(await ask("= 'verified'")).toMatchObject([{ appid: 440, name: 'Other', before: 'playable' }]);
});

test('the page says which games changed their name', async () => {
  expect(await ask('old_name')).toMatchObject([{ appid: 440, old_name: 'Old', new_name: 'Other' }]);
});

test('the page counts the builds of each day', async () => {
  const rows = await ask('as public');
  const total = (column: string) => rows.reduce((sum, row) => sum + Number(row[column]), 0);
  expect([total('public'), total('all')]).toEqual([3, 4]);
});

test('the page says who added a language', async () => {
  expect(await ask('languages.german')).toMatchObject([{ appid: 440, name: 'Other', full_audio: false }]);
});

test('the page says which tags were added most often', async () => {
  const rows = await ask('steam_tags');
  expect(rows.map(({ apps }) => Number(apps))).toEqual([2, 1]);
});

test('the page says whose release date moved', async () => {
  expect(await ask('steam_release_date')).toMatchObject([
    { appid: 440, old_date: new Date(1_700_000_000_000), new_date: new Date(1_800_000_000_000) },
  ]);
});

test('the page says which apps Steam no longer knew, and which came back', async () => {
  const rows = await ask('app.restored');
  expect(rows.map(({ appid, type }) => [appid, type])).toEqual([
    [20, 'app.restored'],
    [20, 'app.removed'],
  ]);
});

test('the page says how long a build was the current one', async () => {
  const rows = await ask('current_for');
  expect(rows.map(({ build_id }) => build_id)).toEqual(['3', '2', '1']);
  expect(rows[1]).toMatchObject({ current_for: { days: 1 } });
});

test('every question of the page is asked here', () => {
  expect(questions).toHaveLength(8);
});
