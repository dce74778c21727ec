import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import { closeAtEnd } from '../support/cleanup.ts';
import { createTestFolder } from '../support/folder.ts';
import { startProcess } from '../support/processes.ts';
import { runCli } from '../support/run-cli.ts';

const NAME = 'simulated-40';
const hasPsql = spawnSync('psql', ['--version']).status === 0;

/** The data folder of an `npm start` that runs on generated apps. */
let folder: string;
let boardUrl: string;

const pics = (args: string[], env: Record<string, string> = {}) =>
  runCli(args, { PICS_DATA_DIR: folder, ...env });

beforeAll(async () => {
  folder = createTestFolder();
  const running = startProcess('tools/local/src/main.ts', ['--simulate', '--apps=40'], {
    PICS_DATA_DIR: folder,
    PORT: '0',
    FETCH_RATE_PER_SECOND: '200',
  });
  // Killed, it would leave its servers and services to their watchdogs, which take seconds after the file has ended.
  closeAtEnd('npm start', async () => void (await running.stop()));
  [, boardUrl = ''] = /board (\S+)/.exec(await running.waitForLine(/^Simulator →/)) ?? [];
});

/** Publishes an instance as `npm start` does, with a process that looks like it. */
function pretendInstance(name: string): () => void {
  const process = spawn('/bin/sh', ['-c', 'read forever', 'tools/local/src/main.ts'], { stdio: 'pipe' });
  closeAtEnd(name, async () => void process.kill('SIGKILL'));
  mkdirSync(join(folder, name, 'logs'), { recursive: true });
  const urls = {
    databaseUrl: 'postgres://127.0.0.1:1/x',
    redisUrl: 'redis://127.0.0.1:1',
    boardUrl: 'http://127.0.0.1:3010',
  };
  writeFileSync(join(folder, name, 'running.json'), JSON.stringify({ pid: process.pid, urls }));
  return () => void process.kill('SIGKILL');
}

describe('when several instances run', () => {
  test('every command lists them, and works on the one that --instance names', async () => {
    const end = pretendInstance('steam');
    for (const command of [
      ['status'],
      ['open'],
      ['logs'],
      ['psql', '-c', 'select 1'],
      ['app', '10', '--raw'],
    ]) {
      const { exitCode, stderr } = await pics(command);
      expect([command, exitCode]).toEqual([command, 2]);
      expect(stderr).toMatch(/^Several instances run here\. Name one with --instance/);
      expect(stderr).toContain(`  --instance ${NAME}  board ${boardUrl}\n`);
      expect(stderr).toContain('  --instance steam         board http://127.0.0.1:3010\n');
    }
    const [after, before, wrong] = [
      await pics(['status', '--json', '--instance', NAME], { DATABASE_URL: 'postgres://127.0.0.1:1/other' }),
      await pics(['--instance', NAME, 'open']),
      await pics(['status', '--instance', 'staem']),
    ];
    expect([after.stderr, JSON.parse(after.stdout).feed.source]).toEqual(['', 'simulator']);
    expect(before.stdout).toBe(`${boardUrl}\n`);
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('No instance staem runs here. These do:'),
    ]);
    end();
    await waitUntil(async () => (await pics(['open'])).exitCode === 0, 20_000);
  });
});

describe('pics open', () => {
  test('prints the address and says so where there is no browser', async () => {
    const { exitCode, stdout, stderr } = await pics(['open']);
    expect([exitCode, stdout]).toEqual([0, `${boardUrl}\n`]);
    expect(stderr).toContain('There is no browser here');
    expect((await fetch(stdout.trim())).status).toBe(200);
  });

  test.runIf(process.platform === 'linux')('opens the address in the browser of the desktop', async () => {
    const home = createTestFolder();
    const browser = join(home, 'browser');
    writeFileSync(browser, `#!/bin/sh\necho "$1" > ${browser}.opened\n`);
    chmodSync(browser, 0o755);
    // A desktop asks for its default browser, and a system without a desktop's tools for BROWSER.
    mkdirSync(join(home, 'applications'));
    writeFileSync(
      join(home, 'applications/recorder.desktop'),
      `[Desktop Entry]\nType=Application\nName=Recorder\nExec=${browser} %U\n`,
    );
    writeFileSync(
      join(home, 'mimeapps.list'),
      '[Default Applications]\nx-scheme-handler/http=recorder.desktop\n',
    );
    const desktop = { DISPLAY: ':0', XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, BROWSER: browser };
    const { stdout, stderr } = await pics(['open'], desktop);
    expect([stdout, stderr]).toEqual([`${boardUrl}\n`, '']);
    const opened = () => existsSync(`${browser}.opened`) && readFileSync(`${browser}.opened`, 'utf8');
    await waitUntil(() => Boolean(opened()), 30_000);
    expect(opened()).toBe(`${boardUrl}\n`);
  });

  test('opens the public address of a board that runs elsewhere', async () => {
    const env = {
      BOARD_PUBLIC_URL: 'https://pics.example/board',
      BOARD_USER: 'admin',
      BOARD_PASSWORD: 'long enough to be set',
    };
    expect((await pics(['open'], env)).stdout).toBe('https://pics.example/board\n');
    const nowhere = await runCli(['open']);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([1, expect.stringContaining('set BOARD_PUBLIC_URL')]);
  });
});

describe.runIf(hasPsql)('pics psql', () => {
  test('passes on options, stdin and the exit code', async () => {
    const query = await pics(['psql', '-At', '-c', 'select 1 + 1']);
    expect([query.exitCode, query.stdout]).toEqual([0, '2\n']);
    const script = await runCli(
      ['psql', '-At', '-v', 'ON_ERROR_STOP=1'],
      { PICS_DATA_DIR: folder },
      'select 3;\nselect x;\n',
    );
    expect([script.exitCode, script.stdout]).toEqual([3, '3\n']);
  });

  test.runIf(existsSync('/proc/self/cmdline'))('shows the password to nobody', async () => {
    const { stdout } = await pics(['psql', '-c', String.raw`\! tr '\0' ' ' < /proc/$PPID/cmdline`]);
    expect(stdout).toMatch(/psql --dbname=postgres:\/\/pics@127\.0\.0\.1:\d+\/pics /);
  });

  test('says how to install psql where it is missing', async () => {
    const { exitCode, stderr } = await pics(['psql'], { PATH: '/nonexistent' });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('apt install postgresql-client')]);
  });
});

describe('pics logs', () => {
  test('shows the last lines of all services by time, or of one', async () => {
    // Services may still be starting.
    const haveLogged = async () => {
      const { stdout } = await pics(['logs', '-n', '1000']);
      const hasLines = (service: string, count: number) =>
        stdout.split('\n').filter((line) => line.includes(`  ${service} `)).length >= count;
      return (
        / {2}producer +info: /.test(stdout) &&
        / {2}writer +info: started/.test(stdout) &&
        hasLines('writer', 2)
      );
    };
    expect(await waitUntil(haveLogged, 60_000)).toBe(true);
    const all = await pics(['logs', '-n', '1000']);
    const times = all.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.slice(0, 19));
    expect(times).toEqual(times.toSorted());
    expect(all.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}writer +info: started port=\d+$/m);
    const one = await pics(['logs', 'writer', '--json', '-n', '2']);
    const lines = one.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(
      [1, 2].map(() =>
        expect.objectContaining({ log: 'writer', service: 'writer', msg: expect.any(String) }),
      ),
    );
    expect((await pics(['logs', 'postgres'])).stdout).toContain('ready to accept connections');
    const wrong = await pics(['logs', 'nobody']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('There is no log of nobody, but of: board, fetcher'),
    ]);
  });

  test('-f goes on with new lines, also after the log was emptied, until Ctrl-C', async () => {
    const logs = join(folder, 'steam', 'logs');
    mkdirSync(logs, { recursive: true });
    const log = join(logs, 'writer.log');
    writeFileSync(log, 'first\n');
    const following = startProcess('apps/cli/src/main.ts', ['logs', 'writer', '-f', '--instance', 'steam'], {
      PICS_DATA_DIR: folder,
    });
    await following.waitForLine(/^first$/);
    appendFileSync(log, 'second\n');
    await following.waitForLine(/^second$/);
    truncateSync(log);
    appendFileSync(log, 'third\n');
    await following.waitForLine(/^third$/);
    following.signal('SIGINT');
    expect(await following.exited).toBe(0);
    expect(following.lines.filter((line) => !line.startsWith('Using'))).toEqual(['first', 'second', 'third']);
  });

  test('shows those of the last run when nothing runs, and says where else to look when there are none', async () => {
    const stopped = createTestFolder();
    mkdirSync(join(stopped, 'steam', 'logs'), { recursive: true });
    writeFileSync(join(stopped, 'steam', 'logs', 'producer.log'), 'the end\n');
    const last = await runCli(['logs'], { PICS_DATA_DIR: stopped });
    expect([last.exitCode, last.stdout, last.stderr]).toEqual([
      0,
      'the end\n',
      expect.stringContaining('Nothing runs here. The logs of the last run'),
    ]);
    const none = await runCli(['logs'], { PICS_DATA_DIR: createTestFolder() });
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('docker compose logs')]);
  });
});
