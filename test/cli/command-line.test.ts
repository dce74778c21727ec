import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestFolder } from '../support/folder.ts';
import { runCli } from '../support/run-cli.ts';

const COMMANDS = [
  'migrate',
  'doctor',
  'config',
  'sync',
  'requeue',
  'status',
  'watch',
  'failures',
  'changes',
  'app',
  'export',
  'rate',
  'pause',
  'resume',
  'cursor',
  'completion',
];

describe('the help', () => {
  test('lists every command and explains the exit codes', async () => {
    const { exitCode, stdout, stderr } = await runCli(['--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).toContain(
      'Exit codes: 0 success, 1 something failed, 2 the command line or a setting is wrong.',
    );
    expect(stdout).not.toContain('\u001b');
  });

  test('shows examples for a command', async () => {
    const { exitCode, stdout } = await runCli(['requeue', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}pics requeue --failed +every app that failed/);
  });
});

test('exits with 2 on a wrong command line and says what is expected', async () => {
  const { exitCode, stdout, stderr } = await runCli(['status', '--josn']);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    "error: unknown option '--josn'\n(Did you mean --json?)\nUsage: pics status [options]\nMore: pics status --help\n",
  );
});

test('says in one sentence why a migration cannot run, without the password', async () => {
  const DATABASE_URL = 'postgres://anna:hunter2@127.0.0.1:1/steam';
  const { exitCode, stderr } = await runCli(['migrate'], { DATABASE_URL });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^The database refuses connections; it may be starting\. .*\nThe database could not be migrated: .*ECONNREFUSED.*\n$/,
  );
  expect(stderr).not.toContain('hunter2');
});

describe('with wrong settings', () => {
  test('exits with 2 when no server is named and none runs here', async () => {
    const { exitCode, stderr } = await runCli(['failures']);
    expect([exitCode, stderr]).toEqual([
      2,
      'DATABASE_URL is not set, and nothing runs here: set it, or start everything with npm start.\n',
    ]);
  });

  test('exits with 2 and names every fault but no secret', async () => {
    const env = { DATABASE_URL: 'mysql://anna:hunter2@db/steam', LOG_LEVEL: 'loud' };
    const { exitCode, stderr } = await runCli(['status'], env);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^DATABASE_URL must be a URL .*\nLOG_LEVEL must be .*, not "loud"\n$/);
    expect(stderr).not.toContain('hunter2');
  });

  test("exits with 2 and says what to set in place of Supabase's REST address", async () => {
    const { exitCode, stderr } = await runCli(['status'], { SUPABASE_URL: 'https://project.supabase.co' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Connect > Session pooler, port 5432');
  });
});

test('exits with 1 and one sentence when a server cannot be reached', async () => {
  const { exitCode, stdout, stderr } = await runCli(['status'], {
    DATABASE_URL: 'postgres://anna:hunter2@127.0.0.1:1/steam',
  });
  expect([exitCode, stdout, stderr]).toEqual([
    1,
    '',
    'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n',
  ]);
});

test('takes what a killed `npm start` left behind for nothing that runs', async () => {
  const folder = createTestFolder();
  mkdirSync(join(folder, 'steam'));
  const urls = {
    databaseUrl: 'postgres://127.0.0.1:1/steam',
    redisUrl: 'redis://127.0.0.1:1',
    boardUrl: 'http://127.0.0.1:1',
  };
  writeFileSync(join(folder, 'steam', 'running.json'), JSON.stringify({ pid: process.pid, urls }));
  const { exitCode, stderr } = await runCli(['rate'], { PICS_DATA_DIR: folder });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('nothing runs here')]);
});

test('config shows every setting but no secret', async () => {
  const env = {
    BOARD_USER: 'anna',
    BOARD_PASSWORD: 'hunter2-hunter2',
    DATABASE_URL: 'postgres://anna:hunter2@db:5432/steam',
  };
  const { exitCode, stdout } = await runCli(['config'], { ...env, FETCH_BATCH_SIZE: '50' });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^DATABASE_URL +postgres:\/\/anna:\*\*\*@db:5432\/steam +environment$/m);
  expect(stdout).toMatch(/^FETCH_BATCH_SIZE +50 +environment$/m);
  expect(stdout).toMatch(/^MODE +change_monitor +default$/m);
  expect(stdout).not.toContain('hunter2');
});

test('config names what is wrong beside the valid settings', async () => {
  const { exitCode, stdout, stderr } = await runCli(['config', '--json'], { MODE: 'fast' });
  expect([exitCode, stderr]).toEqual([2, 'MODE must be change_monitor or bulk_sync, not "fast"\n']);
  expect(JSON.parse(stdout)).toMatchObject({
    faults: ['MODE must be change_monitor or bulk_sync, not "fast"'],
  });
});
