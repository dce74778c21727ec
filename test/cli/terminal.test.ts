import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { addThroughput, recordPoll, startCursor } from '@pics/database';
import { keepReporting, openQueues } from '@pics/queue';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { RUN_VARIABLE } from '../support/leftovers.ts';
import { runCli } from '../support/run-cli.ts';

/** `script` of util-linux runs a command in a terminal of its own; that of macOS has other options. */
const HAS_TERMINAL = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

const BOARD = 'https://pics.example.com/mirror-of-the-catalogue';

let world: CliWorld;

/** A pipeline that works: all services report, the feed was just polled, one app is stored and fifteen failed. */
beforeAll(async () => {
  world = await createCliWorld();
  const { database } = world;
  await startCursor(database, 36_002_000);
  const change = { id: 10, changeNumber: 36_002_074, needsToken: false };
  await recordPoll(database, { since: 36_002_000, current: 36_002_074, apps: [change], packages: [] });
  await database
    .updateTable('picsAppLedger')
    .set({ settledChangeNumber: 36_002_074, storedChangeNumber: 36_002_074 })
    .execute();
  const failed = Array.from({ length: 15 }, (_, index) => ({
    id: 100 + index,
    wantedChangeNumber: 5,
    failedAt: new Date(),
    lastError: 'KeyValuesError: cut off',
  }));
  await database.insertInto('picsAppLedger').values(failed).execute();
  await addThroughput(database, { apps: 600, requests: 60 });

  const queues = openQueues(world.redisUrl, () => {});
  const startedAt = new Date().toISOString();
  const reporting = ['producer', 'fetcher', 'writer'].map((service) =>
    keepReporting(queues.redis, () => ({
      service,
      replica: 'a/1',
      version: '0.1.0',
      startedAt,
      counters: {},
      ...(service === 'producer' && { role: 'leads' }),
    })),
  );
  closeAtEnd('reports', async () => {
    await Promise.all(reporting.map((one) => one.stop()));
    await queues.close();
  });
});

/** Runs `pics watch` in a terminal of so many columns until it has printed something that fits, and returns all of it. */
async function watchInTerminal(columns: number, fits: RegExp): Promise<string> {
  const { PATH = '', HOME = '', [RUN_VARIABLE]: run = '' } = process.env;
  const command = `stty cols ${columns} rows 24; exec '${process.execPath}' apps/cli/src/main.ts watch`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: {
      PATH,
      HOME,
      TERM: 'xterm-256color',
      [RUN_VARIABLE]: run,
      PICS_DATA_DIR: '/nonexistent',
      DATABASE_URL: world.databaseUrl,
      REDIS_URL: world.redisUrl,
      BOARD_PUBLIC_URL: BOARD,
      BOARD_USER: 'ada',
      BOARD_PASSWORD: 'correct horse battery',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let written = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    written += String(chunk);
    if (fits.test(stripVTControlCharacters(written))) break;
  }
  child.kill('SIGTERM');
  return written;
}

describe.skipIf(!HAS_TERMINAL)('in a terminal', () => {
  test('watch follows Steam in one line of 200 columns, in colours and with the whole URL of the board', async () => {
    const written = await watchInTerminal(200, /mirror-of-the-catalogue/);
    expect(stripVTControlCharacters(written)).toMatch(
      /^Following Steam · change 36,002,074 \(\d+[sm] ago\) · [\d.]+ apps\/s · 15 failed · https:\/\/pics\.example\.com\/mirror-of-the-catalogue\r?$/m,
    );
    expect(written).toContain('\u001b[32mFollowing Steam');
    expect(written).toContain('\u001b[31m15 failed');
  });

  test('watch breaks its line between the parts in 80 columns, and never within the URL', async () => {
    const written = await watchInTerminal(80, /mirror-of-the-catalogue/);
    const lines = stripVTControlCharacters(written).split(/\r?\n/);
    expect(lines).toContain(BOARD);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.some((line) => /^Following Steam · .* · 15 failed$/.test(line))).toBe(true);
  });
});

test('status names the board, and its headline the apps that failed', async () => {
  const env = {
    DATABASE_URL: world.databaseUrl,
    REDIS_URL: world.redisUrl,
    BOARD_PUBLIC_URL: BOARD,
    BOARD_USER: 'ada',
    BOARD_PASSWORD: 'correct horse battery',
  };
  const { stdout } = await runCli(['status'], env);
  expect(stdout).toMatch(/^Board +https:\/\/pics\.example\.com\/mirror-of-the-catalogue$/m);
  expect(stdout).toMatch(/^Health +Up to date; 15 apps failed\. .*15 apps failed and wait for a requeue\.$/m);
  expect(await world.ask('status')).toMatchObject({
    health: { level: 'warn', headline: 'Up to date; 15 apps failed', phase: 'following' },
    catchUp: null,
    retries: null,
    boardUrl: null,
  });
});
