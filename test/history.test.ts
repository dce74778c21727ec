import { connectDatabase, findCursor, type Database } from '@pics/database';
import { waitUntil } from '@pics/local';
import type { Simulator } from '@pics/simulator';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { bodyOf, finishFirstFill, send } from '../packages/database/src/write/history/testing/send.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { findHistoryFaults } from './support/history/find-history-faults.ts';
import { watchTexts } from './support/history/shown-texts.ts';
import { recordStoredStates } from './support/history/stored-states.ts';
import { startPipeline } from './support/pipeline.ts';
import { startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 60_000;

/** A database in which everything that is stored is recorded. */
async function createRecordingDatabase(): Promise<string> {
  const { url } = await createTestDatabase();
  await recordStoredStates(url);
  return url;
}

test(
  'the whole pipeline keeps every text and writes one event for each change while a catalogue changes',
  { timeout: 240_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 200, seed: 5, tokenApps: 0.1, grantedTokens: 0.5 });
    const shown = watchTexts(simulator);
    const databaseUrl = await createRecordingDatabase();
    const pipeline = await startPipeline(simulator, { fetchers: 2, databaseUrl });
    await pipeline.settled(SETTLE_MS);
    expect(await countEvents(pipeline.database)).not.toHaveProperty(['app.added']);
    const isFilled = async () =>
      (await pipeline.database.selectFrom('picsState').select('filledAt').executeTakeFirst())?.filledAt !=
      null;
    expect(await waitUntil(isFilled, SETTLE_MS)).toBe(true);
    const isFollowed = async () => (await findCursor(pipeline.database)) === simulator.currentChangeNumber;
    for (let poll = 0; poll < 20; poll += 1) {
      simulator.release(60);
      shown.note();
      expect(await waitUntil(isFollowed, SETTLE_MS)).toBe(true);
    }
    await pipeline.caughtUp(SETTLE_MS);
    const { appid } = simulator.apps().find(isPublic(simulator)) ?? { appid: 0 };
    const text = simulator.findApp(appid)?.text ?? Buffer.alloc(0);
    for (const edit of [{ unknown: true }, { text, missingToken: false, onlyPublic: false }] as const) {
      simulator.editApp(appid, edit);
      await pipeline.caughtUp(SETTLE_MS);
    }

    expect(await findHistoryFaults(pipeline.database, shown.has)).toEqual([]);
    const counts = await countEvents(pipeline.database);
    for (const type of ['app.added', 'app.removed', 'app.restored']) expect(counts).toHaveProperty([type]);
    for (const type of ['app.changed', 'build.published']) expect(counts[type], type).toBeGreaterThan(100);
    expect(await pipeline.stop()).toEqual([0, 0, 0, 0]);
  },
);

const isPublic = (simulator: Simulator) => (app: { appid: number }) => {
  const truth = simulator.findApp(app.appid);
  return truth?.missingToken === false && !truth.onlyPublic;
};

async function countEvents(database: Database): Promise<Record<string, number>> {
  const { rows } = await sql<{ type: string; count: number }>`
    select type, count(*)::integer from pics_events group by type
  `.execute(database);
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}

describe('the comparison of what is kept with what was stored finds', () => {
  let database: Database;

  beforeEach(async () => {
    const url = await createRecordingDatabase();
    const connection = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
    closeAtEnd('database', () => connection.destroy());
    database = connection;
    await finishFirstFill(database);
    for (const [index, name] of ['A', 'B', 'C'].entries()) {
      const branches = { public: { buildid: `${index + 1}`, timeupdated: '1700000000' } };
      const body = bodyOf(440, { common: { name, type: 'Game' }, depots: { branches } });
      await send(database, [{ appid: 440, changeNumber: 900 + index, body }]);
    }
  });

  const find = () => findHistoryFaults(database, () => true);

  test('nothing where nothing is wrong', async () => {
    expect(await find()).toEqual([]);
  });

  const DAMAGE = [
    ['a missing event', 'delete from pics_events where change_number = 901', /events \[\], not/],
    [
      'a doubled event',
      `insert into pics_events (transaction_id, change_number, subject_id, kind, type, changes)
      select transaction_id, change_number, subject_id, kind, type, changes from pics_events where change_number = 901`,
      /events \[.*\}, *\{.*\], not/,
    ],
    [
      'an invented event',
      "insert into pics_events (subject_id, kind, type) values (440, 'app', 'app.changed')",
      /event without a change/,
    ],
    [
      'another value',
      `update pics_events set changes = '{"name": {"old": "A", "new": "C"}}'`,
      /events .* not/,
    ],
    ['a lost text', 'delete from app_versions where change_number = 900', /text of app 440 at 900 is lost/],
    ['a text that cannot be opened', "update app_versions set body = 'x'", /cannot be opened/],
    ['a branch that is not there', "insert into app_branches (appid, branch) values (440, 'x')", /branches/],
    ['a lost build', "delete from app_builds where build_id = '2'", /builds/],
  ] as const;

  test.each(DAMAGE)('%s', async (_, statement, fault) => {
    await sql.raw(statement).execute(database);
    expect((await find()).join('\n')).toMatch(fault);
  });

  test('a text that Steam never showed', async () => {
    expect(await findHistoryFaults(database, () => false)).toHaveLength(3);
  });
});
