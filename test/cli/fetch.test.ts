import { claimBatch, findUnfinishedScan } from '@pics/database';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { startProcess } from '../support/processes.ts';
import { runCli } from '../support/run-cli.ts';

let world: CliWorld;

beforeEach(async () => {
  world = await createCliWorld();
  await world.database
    .insertInto('picsAppLedger')
    .values([
      { id: 10, wantedChangeNumber: 5, settledChangeNumber: 5 },
      {
        id: 20,
        wantedChangeNumber: 5,
        failedAt: new Date(),
        attempts: 12,
        lastError: 'RowRefused: 100% dragons',
      },
    ])
    .execute();
});

/** The apps that the dispatcher sends out now, live ones and backlog. */
async function findWanted(): Promise<number[]> {
  const batches = [
    await claimBatch(world.database, { size: 100 }),
    await claimBatch(world.database, { size: 100 }),
  ];
  return batches.flatMap((batch) => batch?.appids ?? []).toSorted((a, b) => a - b);
}

describe('sync', () => {
  test('wants the apps that are named, known or not, and says which only a requeue brings', async () => {
    const { exitCode, stdout } = await world.pics('sync', '--appids', '10,20,440');
    expect([exitCode, stdout]).toEqual([
      0,
      '2 apps wanted.\n1 app failed before, and only a requeue fetches it: pics requeue --appids\n',
    ]);
    expect(await findWanted()).toEqual([10, 440]);
  });

  test('reads apps from stdin', async () => {
    const env = { DATABASE_URL: world.databaseUrl };
    const { exitCode, stdout } = await runCli(
      ['sync', '--file', '-', '--json'],
      env,
      '440 # Team Fortress 2\n570\n',
    );
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { apps: 2, failedBefore: 0, scan: null }]);
    expect(await findWanted()).toEqual([440, 570]);
  });

  test('--all wants every app, and looks for more', async () => {
    expect(await world.ask('sync', '--all')).toEqual({ apps: 1, failedBefore: 0, scan: 'discovery' });
    expect(await findUnfinishedScan(world.database)).toMatchObject({ reason: 'discovery', knownOnly: false });
    expect(await findWanted()).toEqual([10]);
  });

  test('without a word compares all known apps with Steam, and wants none by itself', async () => {
    const { stdout } = await world.pics('sync');
    expect(stdout).toContain('compared with Steam');
    expect(await findUnfinishedScan(world.database)).toMatchObject({ reason: 'sweep', knownOnly: true });
    expect(await findWanted()).toEqual([]);
  });

  test('--wait stays until the apps that are named are settled, whatever else is wanted', async () => {
    const { database } = world;
    await database.insertInto('picsAppLedger').values({ id: 30, wantedChangeNumber: 9 }).execute();
    const waiting = world.pics('sync', '--appids', '440', '--wait', '--json');
    await expect.poll(findWanted, { timeout: 20_000 }).toEqual([30]);
    await expect.poll(findWanted, { timeout: 20_000 }).toEqual([440]);
    await database
      .updateTable('picsAppLedger')
      .set({ settledChangeNumber: 0, batchId: null })
      .where('id', '=', 440)
      .execute();
    const { exitCode, stdout } = await waiting;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ apps: 1, counts: { known: 1, settled: 1 } });
  });
});

describe('who waits for a sync', () => {
  test('learns that an app failed, and gets 1', async () => {
    const { exitCode, stdout } = await world.pics('sync', '--appids', '20', '--wait');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^Settled: 0 of 1 known apps, 1 failed, after \d s\.\nWhy they failed says: pics failures\n$/m,
    );
  });

  test('may leave, gets 130, and the apps stay wanted', async () => {
    const env = { DATABASE_URL: world.databaseUrl };
    const waiting = startProcess('apps/cli/src/main.ts', ['sync', '--appids', '440', '--wait'], env);
    await waiting.waitForLine(/^known 1 · wanted 1/);
    waiting.signal('SIGINT');
    expect([await waiting.exited, waiting.lines.at(-1)]).toEqual([
      130,
      'Not waiting any longer; it goes on by itself.',
    ]);
    expect(await findWanted()).toEqual([440]);
  });
});

describe('requeue', () => {
  test('counts, and with --dry-run leaves everything as it is', async () => {
    const dry = await world.pics('requeue', '--error', 'rowrefused', '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, stdout: '1 app would be requeued.\n' });
    expect(await findWanted()).toEqual([]);
    const real = await world.pics('requeue', '--error', 'RowRefused: #% dragons');
    expect(real).toMatchObject({ exitCode: 0, stdout: '1 app requeued.\n' });
    expect(await findWanted()).toEqual([20]);
  });

  test.each([
    ['--failed', [20]],
    ['--since=1h', [20]],
    ['--all', [10, 20]],
    ['--appids=10', [10]],
  ])('%s', async (way, appids) => {
    expect(await world.ask('requeue', way)).toEqual({ apps: appids.length, dryRun: false });
    expect(await findWanted()).toEqual(appids);
  });

  test('--type takes stored apps of that type', async () => {
    await world.database.insertInto('apps').values({ appid: 10, type: 'dlc' }).execute();
    expect(await world.ask('requeue', '--type', 'DLC')).toEqual({ apps: 1, dryRun: false });
    expect(await findWanted()).toEqual([10]);
  });

  test('says which apps the ledger does not know', async () => {
    const { exitCode, stdout } = await world.pics('requeue', '--appids', '10,440');
    expect([exitCode, stdout]).toEqual([
      0,
      '1 app requeued.\n1 app the ledger does not know: pics sync --appids fetches them.\n',
    ]);
  });
});
