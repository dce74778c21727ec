import { recordPoll, startCursor } from '@pics/database';
import { openQueues, keepReporting } from '@pics/queue';
import { beforeAll, expect, test } from 'vitest';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';

/** Changes the title, colours, rings, clears the screen with a single C1 character, and turns the direction of writing. */
const HOSTILE = 'a\u001b]0;title\u0007b\u001b[31mc\u009b2Jd\u202Ee\rf';

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
  const { database } = world;
  await startCursor(database, 100);
  const apps = [10, 20].map((id) => ({ id, changeNumber: 110, needsToken: false }));
  await recordPoll(database, { since: 100, current: 110, apps, packages: [] });
  const texts = {
    name: HOSTILE,
    type: HOSTILE,
    platforms: HOSTILE,
    releaseState: HOSTILE,
    homepageUrl: HOSTILE,
  };
  await database
    .insertInto('apps')
    .values([10, 20].map((appid) => ({ appid, ...texts })))
    .execute();
  await database
    .updateTable('picsAppLedger')
    .set({ failedAt: new Date(), lastError: `KeyValuesError: ${HOSTILE}` })
    .execute();
  const queues = openQueues(world.redisUrl, () => {});
  const replica = {
    service: 'fetcher',
    replica: HOSTILE,
    version: '0.1.0',
    startedAt: new Date().toISOString(),
  };
  const reporting = keepReporting(queues.redis, () => ({ ...replica, reason: HOSTILE, counters: {} }));
  closeAtEnd('reports', async () => {
    await reporting.stop();
    await queues.close();
  });
});

test.each([
  ['status'],
  ['app', '10'],
  ['app', 'title'],
  ['app', `${HOSTILE}?`],
  ['app', '10', '--json'],
  ['failures'],
  ['failures', '--apps'],
  ['failures', '--json'],
  ['changes'],
  ['changes', '--json'],
  ['doctor'],
  [HOSTILE],
  [`--${HOSTILE}`],
  ['app', HOSTILE, '--raw'],
  ['failures', '--limit', HOSTILE],
  ['requeue', '--since', HOSTILE],
  ['sync', '--file', HOSTILE],
])('pics %j shows nothing that a terminal would obey', async (...args) => {
  const { stdout, stderr } = await world.pics(...args);
  expect((stdout + stderr).length).toBeGreaterThan(20);
  expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
});
