import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runQuietly } from '../scripts/run.mjs';
import { summarise } from '../scripts/tally.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pics-tally-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The last line after a real run over some of the cases in fixtures/tally. */
async function lastLineOf(...cases: string[]): Promise<string> {
  const tallyFile = join(folder, cases.join());
  const env = { ...process.env, PICS_TEST_TALLY: tallyFile };
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const cwd = join(ROOT, 'test/fixtures/tally');
  const { code } = await runQuietly(process.execPath, [vitest, 'run', '--pool=forks', ...cases], {
    cwd,
    env,
  });
  return summarise(tallyFile, code);
}

test('a run counts what passed and not what was skipped', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('passes')).toBe('2 passed, 0 failed');
});

test('a file that fails outside its tests is one failure', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('passes', 'fails', 'does-not-load', 'leaves-things-behind')).toBe(
    '4 passed, 3 failed',
  );
});

test('a runner that is killed leaves a failure, never a success', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('kills-the-runner')).toBe('0 passed, 1 failed');
});

test('a run that finds no test is a failure', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('there-is-no-such-case')).toBe('0 passed, 1 failed');
});
