import { findKeptColumns } from '@pics/database';
import { waitUntil } from '@pics/local';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { startService } from '../support/processes.ts';
import { runCli } from '../support/run-cli.ts';
import { storeApps } from '../../packages/database/src/testing/store-apps.ts';

let world: CliWorld;

const game = (appid: number, name: string) => ({
  appid,
  changeNumber: 900,
  missingToken: false,
  body: Buffer.from(
    `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"${name}"\n\t}\n}\n`,
  ),
});

beforeAll(async () => {
  world = await createCliWorld();
  await storeApps(
    world.database,
    [10, 20, 30].map((appid) => game(appid, 'Right')),
  );
  await sql`update app_documents set sha1 = decode(repeat('1b', 20), 'hex') where appid = 30`.execute(
    world.database,
  );
  await sql`update pics_app_ledger set stored_sha1 = null`.execute(world.database);
});

const namesIn = async () => {
  const { rows } = await sql<{ name: string }>`select name from apps order by appid`.execute(world.database);
  return rows.map(({ name }) => name);
};

test('extract fills the tables from the documents with only a database, and lists what failed', async () => {
  await sql`update apps set name = 'Wrong'`.execute(world.database);
  const env = { DATABASE_URL: world.databaseUrl };
  const { exitCode, stdout, stderr } = await runCli(['extract'], env);
  expect([exitCode, stderr, await namesIn()]).toEqual([1, '', ['Right', 'Right', 'Wrong']]);
  expect(stdout).toMatch(
    /^(3 of 3 apps done · .*\n)?Done: 3 apps: 2 changed, 0 added, 0 unchanged, 1 failed, after \d+s\.\n\nFailed: 1 app\nappid +error *\n +30 +DocumentDamaged: the text has the SHA-1 /,
  );
  const kept = await runCli(['extract', '--appids', '10', '--json'], { ...env, KEEP_COLUMNS: 'apps.name' });
  expect(JSON.parse(kept.stdout)).toMatchObject({ total: 1, done: 1, unchanged: 1, failed: [], without: [] });
});

test('extract names the apps that have no document, and how to fetch them', async () => {
  const { exitCode, stdout } = await world.pics('extract', '--appids', '10,98,99');
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringContaining('\n2 apps without a document. Fetch with: pics sync --appids 98,99\n'),
  ]);
  const both = await world.pics('extract', '--appids', '10', '--all');
  expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining('choose the apps in one way')]);
});

test('extract refuses to replace what the writer of this database keeps, and names the setting', async () => {
  const { database, databaseUrl, redisUrl } = await createCliWorld();
  await storeApps(database, [game(10, 'Steam')]);
  await sql`update apps set name = 'Mine'`.execute(database);
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const readName = async () => (await database.selectFrom('apps').select('name').executeTakeFirst())?.name;

  await startService('writer', { ...env, KEEP_COLUMNS: 'app_dlc,apps.name' });
  const isRecorded = async () => (await findKeptColumns(database)) !== undefined;
  expect(await waitUntil(isRecorded, 30_000)).toBe(true);
  const refused = await runCli(['extract'], env);
  expect([refused.exitCode, refused.stdout, await readName()]).toEqual([2, '', 'Mine']);
  expect(refused.stderr).toBe(
    'The writer runs with KEEP_COLUMNS=app_dlc,apps.name, and this command with no KEEP_COLUMNS. Set the same here, or restart the writer with yours.\n',
  );
  const allowed = await runCli(['extract'], { ...env, KEEP_COLUMNS: 'apps.name, app_dlc' });
  expect([allowed.exitCode, await readName()]).toEqual([0, 'Mine']);
});
