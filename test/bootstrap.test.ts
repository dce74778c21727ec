import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stamp } from '../scripts/dependencies.mjs';
import { withLock } from '../scripts/lock.mjs';
import { runQuietly } from '../scripts/run.mjs';
import { summarise } from '../scripts/tally.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pics-bootstrap-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bootstrap = (...args: string[]) =>
  runQuietly(process.execPath, [join(ROOT, 'scripts/bootstrap.mjs'), ...args]);

describe('the last line of a test run', () => {
  const tallyOf = (name: string, content: string) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  test('says what passed and what failed', () => {
    expect(summarise(tallyOf('some', '{"passed":41,"failed":2}'), 1)).toBe('41 passed, 2 failed');
    expect(summarise(tallyOf('none', '{"passed":43,"failed":0}'), 0)).toBe('43 passed, 0 failed');
  });

  test('keeps what had passed when the runner crashed, and counts the crash', () => {
    expect(summarise(tallyOf('crashed', '{"passed":7,"failed":0}'), 137)).toBe('7 passed, 1 failed');
  });

  test('claims nothing when the runner never started, or died in the middle of a word', () => {
    expect(summarise(join(folder, 'absent'), 1)).toBe('0 passed, 1 failed');
    expect(summarise(tallyOf('torn', '{"passed":7,'), 1)).toBe('0 passed, 1 failed');
  });
});

describe('the stamp of the dependencies', () => {
  const project = join(folder, 'project');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'apps', 'packages']) {
    cpSync(join(ROOT, file), join(project, file), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('.ts'),
    });
  }
  const before = stamp(project, '/node');

  test('is the same as long as nothing changes', () => {
    expect(stamp(project, '/node')).toBe(before);
  });

  test.each(['pnpm-lock.yaml', 'package.json', 'apps/cli/package.json', 'packages/core/package.json'])(
    'changes with %s',
    (file) => {
      const original = join(ROOT, file);
      writeFileSync(join(project, file), '{}');
      expect(stamp(project, '/node')).not.toBe(before);
      cpSync(original, join(project, file));
      expect(stamp(project, '/node')).toBe(before);
    },
  );

  test('changes with the Node that install scripts ran with', () => {
    expect(stamp(project, '/another/node')).not.toBe(before);
  });
});

describe('the lock', () => {
  const lock = join(folder, 'locks', 'here', 'lock');

  test('lets one after the other in', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(lock, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  test('is let go when the work fails', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(existsSync(lock)).toBe(false);
  });

  test('of a start that was killed is taken over', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, String(dead.pid));
    expect(await withLock(lock, async () => 'in')).toBe('in');
  });
});

describe('what is asked for', () => {
  test('is named when it is nothing there is', async () => {
    const { code, output } = await bootstrap('nonsense');
    expect(output).toBe('Say what to run: up, migrate, pics, bench, test:faults, test, check.');
    expect(code).toBe(1);
  });

  test('is handed over with its arguments and its exit code', async () => {
    const { code, output } = await bootstrap('up', '--no-such-option');
    expect(output).toContain("unknown option '--no-such-option'");
    expect(code).toBe(2);
  });
});
