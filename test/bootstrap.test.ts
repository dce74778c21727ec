import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stamp } from '../scripts/dependencies.mjs';
import { withLock } from '../scripts/lock.mjs';
import { runQuietly } from '../scripts/run.mjs';
import { summarizeCounts } from '../scripts/commands.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pics-bootstrap-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bootstrap = (...args: string[]) =>
  runQuietly(process.execPath, [join(ROOT, 'scripts/bootstrap.mjs'), ...args]);

describe('the summary of a test run', () => {
  const countsFile = (name: string, content: string) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  test('counts the tests that passed and failed', () => {
    expect(summarizeCounts(countsFile('some', '{"passed":41,"failed":2}'), 1)).toBe('41 passed, 2 failed');
    expect(summarizeCounts(countsFile('none', '{"passed":43,"failed":0}'), 0)).toBe('43 passed, 0 failed');
  });

  test('keeps the count when the runner crashes, and counts the crash as a failure', () => {
    expect(summarizeCounts(countsFile('crashed', '{"passed":7,"failed":0}'), 137)).toBe('7 passed, 1 failed');
  });

  test('reports a failure when the runner never started or died while writing the count', () => {
    expect(summarizeCounts(join(folder, 'absent'), 1)).toBe('0 passed, 1 failed');
    expect(summarizeCounts(countsFile('torn', '{"passed":7,'), 1)).toBe('0 passed, 1 failed');
  });
});

describe('the stamp of the installed dependencies', () => {
  const project = join(folder, 'project');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'apps', 'packages', 'tools']) {
    cpSync(join(ROOT, file), join(project, file), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('.ts'),
    });
  }
  const before = stamp(project, '/node');

  test('stays the same while nothing changes', () => {
    expect(stamp(project, '/node')).toBe(before);
  });

  test.each([
    'pnpm-lock.yaml',
    'package.json',
    'apps/cli/package.json',
    'packages/core/package.json',
    'tools/local/package.json',
  ])('changes when %s changes', (file) => {
    const original = join(ROOT, file);
    writeFileSync(join(project, file), '{}');
    expect(stamp(project, '/node')).not.toBe(before);
    cpSync(original, join(project, file));
    expect(stamp(project, '/node')).toBe(before);
  });

  test('changes when another Node runs the install scripts', () => {
    expect(stamp(project, '/another/node')).not.toBe(before);
  });
});

describe('the lock', () => {
  const lock = join(folder, 'locks', 'here', 'lock');

  test('lets one process in at a time', async () => {
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

  test('is released when the work fails', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(existsSync(lock)).toBe(false);
  });

  test('is taken over from a process that was killed', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, String(dead.pid));
    expect(await withLock(lock, async () => 'in')).toBe('in');
  });
});

describe('the bootstrap', () => {
  test('lists its commands when the command is unknown', async () => {
    const { code, output } = await bootstrap('nonsense');
    expect(output).toBe(
      'Usage: npm run <command>, one of: up, migrate, pics, bench, docs:schema, audit, release, test:faults, test:containers, test, check.',
    );
    expect(code).toBe(1);
  });

  test('passes on arguments and the exit code', async () => {
    const { code, output } = await bootstrap('up', '--no-such-option');
    expect(output).toContain("unknown option '--no-such-option'");
    expect(code).toBe(2);
  });
});
