import { recordPoll, startCursor, updateFleetSettings } from '@pics/database';
import { keepReporting, openQueues } from '@pics/queue';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { runCli } from '../support/run-cli.ts';

let world: CliWorld;

/** One stored app that changed, one that failed, one that is wanted; a fetcher that waits for Steam, and a job that failed. */
beforeAll(async () => {
  world = await createCliWorld();
  const { database } = world;
  await startCursor(database, 100);
  const app = (id: number, changeNumber: number) => ({ id, changeNumber, needsToken: id === 30 });
  await recordPoll(database, {
    since: 100,
    current: 130,
    apps: [app(10, 110), app(20, 120), app(30, 130)],
    packages: [],
  });
  const stored = {
    type: 'game',
    platforms: 'windows,macos',
    picsReviewPercentage: 96,
    picsAccess: 'public' as const,
  };
  await database
    .insertInto('apps')
    .values([
      { appid: 10, name: 'Counter-Strike', ...stored },
      { appid: 20, name: '静かな\u001b[31m村', ...stored },
    ])
    .execute();
  await database.insertInto('steamTags').values({ tagId: 19, name: 'Action' }).execute();
  await database.insertInto('appSteamTags').values({ appid: 10, tagId: 19, rank: 1 }).execute();
  await settle(10, { settledChangeNumber: 130, storedChangeNumber: 110 });
  await world.database.insertInto('syncStatus').values({ appid: 10, lastPicsSync: new Date() }).execute();
  await settle(20, { failedAt: new Date(), attempts: 12, lastError: 'KeyValuesError: cut off at 1203' });

  const queues = openQueues(world.redisUrl, () => {});
  const report = {
    service: 'fetcher',
    replica: 'a/1',
    version: '0.1.0',
    startedAt: new Date().toISOString(),
  };
  const reporting = keepReporting(queues.redis, () => ({ ...report, reason: 'no session', counters: {} }));
  closeAtEnd('reports', async () => {
    await reporting.stop();
    await queues.close();
  });
  await queues.fetch.add({ version: 2, task: 'scan', batchId: 'b', appids: [10] });
});

async function settle(appid: number, ledger: object): Promise<void> {
  await world.database.updateTable('picsAppLedger').set(ledger).where('id', '=', appid).execute();
}

describe('status', () => {
  test('shows the state of the pipeline to people', async () => {
    const { exitCode, stdout, stderr } = await world.pics('status');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Health +No producer running\. /m);
    expect(stdout).toMatch(/^Steam +change 130, \d+[sm] ago$/m);
    expect(stdout).toMatch(/^Tables +1 change numbers behind \(\d+[sm]\)$/m);
    expect(stdout).toMatch(/^Ledger +known 3 · wanted 1 · in flight 0 · settled 1 · failed 1$/m);
    expect(stdout).toMatch(/^Queue +pics-fetch: 1 waiting, 0 active$/m);
    expect(stdout).toMatch(/^fetcher +a\/1 .* no session$/m);
  });

  test('shows the same and the fleet settings in JSON', async () => {
    await updateFleetSettings(world.database, { paused: true, fetchRate: 0.5 });
    expect(await world.ask('status')).toMatchObject({
      health: { level: 'bad', headline: 'No producer running' },
      feed: { changeNumber: 130, changesBehind: 1 },
      ledger: { known: 3, settled: 1, wanted: 1, inFlight: 0, failed: 1 },
      steering: { fetchRate: 0.5, pausedAt: expect.any(String) },
      fleet: {
        fetchRate: null,
        replicas: [{ service: 'fetcher', reason: 'no session' }],
        queues: [{ waiting: 1 }, {}],
      },
      problem: null,
    });
    await updateFleetSettings(world.database, { paused: false, fetchRate: null });
  });

  test('shows what Postgres knows without Redis, and exits with 1', async () => {
    const env = { DATABASE_URL: world.databaseUrl, REDIS_URL: 'redis://127.0.0.1:1' };
    const { exitCode, stdout } = await runCli(['status'], env);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('known 3');
    expect(stdout).toMatch(/^Health +.*Redis cannot be reached: connect ECONNREFUSED 127.0.0.1:1\./m);
  });
});

test('uses colours on terminals only, unless asked for them', async () => {
  const env = { DATABASE_URL: world.databaseUrl, REDIS_URL: world.redisUrl };
  expect((await runCli(['status'], env)).stdout).not.toContain('\u001b');
  expect((await runCli(['status'], { ...env, FORCE_COLOR: '1' })).stdout).toContain(
    '\u001b[31mfailed 1\u001b[39m',
  );
});

describe('failures', () => {
  test('groups failures by error, or lists them by app', async () => {
    const { stdout } = await world.pics('failures');
    expect(stdout).toMatch(/^KeyValuesError: cut off at #\n {2}1 app · \d+[sm] ago · 20 静かな \[31m村$/m);
    expect(await world.ask('failures')).toMatchObject([{ error: 'KeyValuesError: cut off at #', apps: 1 }]);
    const apps = await world.pics('failures', '--apps');
    expect(apps.stdout).toMatch(/^ +20 +静かな \[31m村 +\d+[sm] ago +12 +KeyValuesError: cut off at 1203$/m);
  });
});

describe('changes', () => {
  test('lists changes in the order they happened, with the state of each', async () => {
    const { stdout } = await world.pics('changes');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).slice(1).join(' '))).toEqual([
      'change appid state name',
      '110 10 stored Counter-Strike',
      '120 20 failed 静かな [31m村',
      '130 30 wanted (needs a token)',
    ]);
  });

  test('lists changes since a change number or a time', async () => {
    expect(await world.ask('changes', '--since', '110')).toMatchObject([{ appid: 20 }, { appid: 30 }]);
    expect(await world.ask('changes', '--since', '1h', '--limit', '9')).toHaveLength(3);
    const { stdout } = await world.pics('changes', '--since', '130');
    expect(stdout).toBe('No change of an app was recorded.\n');
  });
});

describe('search', () => {
  test('lists the apps with these words and says how many there are', async () => {
    const { exitCode, stdout, stderr } = await world.pics('search', 'strike', 'COUNTER');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ +10 +game +Counter-Strike$/m);
    expect(await world.ask('search', 'counter', '--type', 'Game')).toEqual({
      apps: [{ appid: 10, name: 'Counter-Strike', type: 'game', picsAccess: 'public' }],
      total: 1,
      types: [{ type: 'game', apps: 1 }],
      didYouMean: null,
    });
  });

  test('exits with 1 when nothing matches, and suggests what may have been meant', async () => {
    expect(await world.pics('search', 'conter', 'strike')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'No stored app matches "conter strike". Did you mean "counter strike"?\n',
    });
    expect((await world.pics('search', 'x'.repeat(101))).stderr).toContain('at most 100 characters');
  });
});

describe('app', () => {
  test('shows what is stored, the state in the ledger, and the changes', async () => {
    const { exitCode, stdout } = await world.pics('app', '10');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Counter-Strike game · 10\n/);
    expect(stdout).toMatch(/^Reviews +96 % positive$/m);
    expect(stdout).toMatch(/^Tags +Action$/m);
    expect(stdout).toMatch(/^Ledger +settled · stored as of change 110 · last response \d+[sm] ago$/m);
    expect(stdout).toMatch(/ 110$/m);
  });

  test('finds an app by words of its name', async () => {
    expect(await world.ask('app', 'counter')).toMatchObject({ appid: 10, app: { name: 'Counter-Strike' } });
    const missing = await world.pics('app', 'portal');
    expect(missing).toMatchObject({ exitCode: 1, stderr: 'No stored app matches "portal".\n' });
  });

  test('exits with 1 for an unknown app and says how to fetch it', async () => {
    const { exitCode, stderr } = await world.pics('app', '440');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('pics sync --appids 440')]);
  });

  test('says that an app failed or is wanted', async () => {
    expect((await world.pics('app', '20')).stdout).toMatch(
      /^Ledger +failed .*: KeyValuesError: cut off at 1203/m,
    );
    expect((await world.pics('app', '30')).stdout).toMatch(
      /^Stored +nothing\nLedger +wanted · nothing stored/m,
    );
  });
});
