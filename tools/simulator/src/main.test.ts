import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AppChange } from './pics/pics.ts';
import type { Addresses } from './simulator.ts';
import { simulatorOptionsSchema } from './options.ts';
import { hasRecordedPics, RECORDED_PICS } from './testing/recorded-pics.ts';
import { WireClient } from './testing/wire-client.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

type Listing = { currentChangeNumber: number; apps: AppChange[] };

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

async function start(
  ...args: string[]
): Promise<{ child: ChildProcess; addresses: Addresses; lines: string[] }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  return { child, addresses: JSON.parse(lines[0] ?? ''), lines };
}

/** Runs it to its end; how it failed, if it did. */
function run(...args: string[]): Promise<unknown> {
  const ended = promisify(execFile)(process.execPath, [MAIN, ...args]);
  running.add(ended.child);
  return ended.catch((error: unknown) => error);
}

describe('the command', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'prints its addresses in one line, serves clients, and exits with 0 on %s',
    async (signal) => {
      const { child, addresses, lines } = await start('--apps', '50', '--fault', 'late-answer:ms=1,next=1');
      expect(Object.keys(addresses)).toEqual(['cmServer', 'controlUrl', 'caFile']);
      expect(addresses.cmServer).toMatch(/^localhost:\d+$/);
      const client = await WireClient.logOn(addresses);
      expect(await client.requestChanges(0)).toMatchObject({ current_change_number: 36_000_000 });
      const exited = once(child, 'exit');
      child.kill(signal);
      expect(await exited).toEqual([0, null]);
      expect(await client.closed).toMatchObject({ code: 1006 });
      expect(lines).toHaveLength(1);
      expect(existsSync(path.dirname(addresses.caFile))).toBe(false);
    },
  );

  test('writes its certificate to the given folder, and leaves it there', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pics-cert-'));
    const { child, addresses } = await start('--apps', '1', '--cert-dir', folder);
    expect(addresses.caFile).toBe(path.join(folder, 'ca.pem'));
    const exited = once(child, 'exit');
    child.kill();
    await exited;
    expect(existsSync(addresses.caFile)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  test.skipIf(!hasRecordedPics)('replays what was recorded, on demand, to the end', async () => {
    const { addresses } = await start('--catalog', RECORDED_PICS, '--replay');
    const control = async <Body>(path: string, body?: object) => {
      const post = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      };
      return (await (await fetch(addresses.controlUrl + path, body ? post : {})).json()) as Body;
    };
    const before = await control<Listing>('/apps');
    const client = await WireClient.logOn(addresses);
    const [first] = await control<AppChange[]>('/advance', { count: 1 });
    const { app_changes } = await client.requestChanges(before.currentChangeNumber);
    expect(app_changes[0]).toMatchObject({ appid: first?.appid, change_number: first?.changeNumber });
    await control('/advance', { to: 'end' });
    const changes = await client.requestChanges(before.currentChangeNumber);
    expect(changes).toMatchObject({ current_change_number: 36_099_120, force_full_app_update: false });
    const after = await control<Listing>('/apps');
    expect(after.apps).toHaveLength(2_021);
    const newest = new Map(changes.app_changes.map(({ appid, change_number }) => [appid, change_number]));
    for (const { appid, changeNumber } of after.apps)
      expect(newest.get(appid) ?? changeNumber).toBe(changeNumber);
  });

  test.each([
    [[], 'either the number of apps'],
    [['--apps', '5', '--catalog', '/tmp'], 'either the number of apps'],
    [['--apps', 'many'], 'Expected a number'],
    [['--apps', '5', '--host', '0.0.0.0'], '127.0.0.1'],
    [['--apps', '5', '--replay'], 'only a recorded catalog can be replayed'],
    [['--apps', '5', '--fault', 'earthquake'], 'kind'],
    [['--apps', '5', '--fault', 'no-answer:probability=7'], 'probability'],
    [['--apps', '5', '--frobnicate'], "unknown option '--frobnicate'"],
  ])('exits with 2 and prints what is expected: %j', async (args, reason) => {
    expect(await run(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(reason),
    });
  });

  test.each(['--port', '--control-port'])(
    'exits with 1 and one line when it cannot listen on %s',
    async (option) => {
      const { addresses } = await start('--apps', '1');
      const port = addresses.cmServer.split(':')[1] ?? '';
      const failure = await run('--apps', '1', option, port);
      expect(failure).toMatchObject({ code: 1, stdout: '' });
      expect(failure).toHaveProperty('stderr', expect.stringMatching(/^simulator: .*EADDRINUSE.*\n$/));
    },
  );

  test('is known by its name, and continues after a restart where it was, for clients that trust it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pics-state-'));
    const args = ['--apps', '50', '--name', 'simulator.test', '--cert-dir', folder, '--state-dir', folder];
    const first = await start(...args);
    expect(first.addresses.cmServer).toMatch(/^simulator\.test:\d+$/);
    const { caFile, controlUrl } = first.addresses;
    const certificate = readFileSync(caFile, 'utf8');
    expect(new X509Certificate(certificate).checkHost('simulator.test')).toBe('simulator.test');
    for (const count of [7, 1, 1, 200]) {
      await fetch(new URL('/changes', controlUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ count }),
      });
    }
    const before = await (await fetch(new URL('/changes?since=0', controlUrl))).json();
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');

    const second = await start(...args);
    expect(readFileSync(second.addresses.caFile, 'utf8')).toBe(certificate);
    expect(await (await fetch(new URL('/changes?since=0', second.addresses.controlUrl))).json()).toEqual(
      before,
    );
    rmSync(folder, { recursive: true });
  });

  test('exits with 1 and one line when there is no recording', async () => {
    const failure = await run('--catalog', '/nowhere');
    expect(failure).toMatchObject({ code: 1, stdout: '' });
    expect(failure).toHaveProperty('stderr', expect.stringMatching(/^simulator: .*ENOENT.*index\.tsv.*\n$/));
  });

  test('lists every option in its help', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--help']);
    const { faults: _, ...options } = simulatorOptionsSchema.shape;
    const flags = Object.keys(options).map(
      (key) => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
    expect([...flags, '--fault'].filter((flag) => !stdout.includes(`${flag} `))).toEqual([]);
  });
});
