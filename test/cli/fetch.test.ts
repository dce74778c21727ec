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

/** The apps that would be dispatched now, live changes and backlog. */
async function findWanted(): Promise<number[]> {
  const batches = [
    await claimBatch(world.database, { size: 100 }),
    await claimBatch(world.database, { size: 100 }),
  ];
  return batches.flatMap((batch) => batch?.appids ?? []).toSorted((a, b) => a - b);
}

describe('sync', () => {
  test('wants the named apps, known or not, and says how many only a requeue retries', async () => {
    const { exitCode, stdout } = await world.pics('sync', '--appids', '10,20,440');
    expect([exitCode, stdout]).toEqual([
      0,
      '2 apps wanted.\n1 app failed before; retry with: pics requeue --appids\n',
    ]);
    expect(await findWanted()).toEqual([10, 440]);
  });

  test('reads appids from stdin', async () => {
    const env = { DATABASE_URL: world.databaseUrl };
    const { exitCode, stdout } = await runCli(
      ['sync', '--file', '-', '--json'],
      env,
      '440 # Team Fortress 2\n570\n',
    );
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { apps: 2, failedBefore: 0, scan: null }]);
    expect(await findWanted()).toEqual([440, 570]);
  });

  test('with --all wants every app and scans for more', async () => {
    expect(await world.ask('sync', '--all')).toEqual({ apps: 1, failedBefore: 0, scan: 'discovery' });
    expect(await findUnfinishedScan(world.database)).toMatchObject({ reason: 'discovery', knownOnly: false });
    expect(await findWanted()).toEqual([10]);
  });

  test('without an option compares all known apps with Steam and wants none itself', async () => {
    const { stdout } = await world.pics('sync');
    expect(stdout).toContain('every known app with Steam');
    expect(await findUnfinishedScan(world.database)).toMatchObject({ reason: 'sweep', knownOnly: true });
    expect(await findWanted()).toEqual([]);
  });

  test('with --wait waits until the named apps are settled, whatever else is wanted', async () => {
    const { database } = world;
    await database.insertInto('picsAppLedger').values({ id: 30, wantedChangeNumber: 9 }).execute();
    const waiting = world.pics('sync', '--appids', '440', '--wait', '--json');
    await expect.poll(findWanted, { timeout: 20_000 }).toEqual([30]);
    await expect.poll(findWanted, { timeout: 20_000 }).toEqual([440]);
    await database
      .updateTable('picsAppLedger')
      .set({ settledChangeNumber: 0, storedChangeNumber: 0, batchId: null })
      .where('id', '=', 440)
      .execute();
    const { exitCode, stdout } = await waiting;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ apps: 1, counts: { known: 1, settled: 1 } });
  });
});

describe('sync --wait', () => {
  test('exits with 1 when an app failed, and says so', async () => {
    const { exitCode, stdout } = await world.pics('sync', '--appids', '20', '--wait');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^Settled: 0 of 1 known apps, 1 failed, after \d+s\.\nSee why they failed with: pics failures\n$/m,
    );
  });

  test('names the apps that Steam does not know', async () => {
    const waiting = world.pics('sync', '--appids', '440,999999', '--wait');
    await expect.poll(findWanted, { timeout: 20_000 }).toEqual([440, 999_999]);
    await world.database.insertInto('apps').values({ appid: 440, picsAccess: 'public' }).execute();
    await world.database
      .updateTable('picsAppLedger')
      .set({ settledChangeNumber: 0, storedChangeNumber: 0, batchId: null })
      .where('id', 'in', [440, 999_999])
      .execute();
    const { exitCode, stdout } = await waiting;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Steam does not know 1 of them: 999999$/m);
  });

  test('exits with 130 on Ctrl-C and leaves the apps wanted', async () => {
    const env = { DATABASE_URL: world.databaseUrl };
    const waiting = startProcess('apps/cli/src/main.ts', ['sync', '--appids', '440', '--wait'], env);
    await waiting.waitForLine(/^known 1 · wanted 1/);
    waiting.signal('SIGINT');
    expect([await waiting.exited, waiting.lines.at(-1)]).toEqual([
      130,
      'Stopped waiting; the sync continues.',
    ]);
    expect(await findWanted()).toEqual([440]);
  });
});

describe('requeue', () => {
  test('counts the apps, and with --dry-run changes nothing', async () => {
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
  ])('%s requeues the apps %j', async (way, appids) => {
    expect(await world.ask('requeue', way)).toEqual({ apps: appids.length, dryRun: false });
    expect(await findWanted()).toEqual(appids);
  });

  test('--type requeues the stored apps of that type', async () => {
    await world.database.insertInto('apps').values({ appid: 10, type: 'dlc' }).execute();
    expect(await world.ask('requeue', '--type', 'DLC')).toEqual({ apps: 1, dryRun: false });
    expect(await findWanted()).toEqual([10]);
  });

  test('says how many apps are not in the ledger', async () => {
    const { exitCode, stdout } = await world.pics('requeue', '--appids', '10,440');
    expect([exitCode, stdout]).toEqual([
      0,
      '1 app requeued.\n1 app not in the ledger; fetch with: pics sync --appids\n',
    ]);
  });
});
