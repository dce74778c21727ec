import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { runQuietly } from '../scripts/run.mjs';
import { summarizeCounts } from '../scripts/commands.mjs';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';

const ROOT = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pics-counts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The summary of a real run of some of the cases in fixtures/runs. */
async function lastLineOf(...cases: string[]): Promise<string> {
  const countsFile = join(folder, cases.join());
  const env = { ...process.env, PICS_TEST_COUNTS: countsFile };
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const cwd = join(ROOT, 'test/fixtures/runs');
  const { code } = await runQuietly(process.execPath, [vitest, 'run', '--pool=forks', ...cases], {
    cwd,
    env,
  });
  return summarizeCounts(countsFile, code);
}

test('a run counts passed tests and ignores skipped ones', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('passes')).toBe('2 passed, 0 failed');
});

test('a file that fails outside its tests counts as one failure', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('passes', 'fails', 'does-not-load', 'leaves-things-behind')).toBe(
    '4 passed, 3 failed',
  );
});

test('a killed runner counts as a failure', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('kills-the-runner')).toBe('0 passed, 1 failed');
});

test('a run without tests counts as a failure', { timeout: 20_000 }, async () => {
  expect(await lastLineOf('there-is-no-such-case')).toBe('0 passed, 1 failed');
});

test('every test gets its own migrated database', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new Client({ connectionString: one.url });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query(
    "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'",
  );
  expect(one.url).not.toBe(two.url);
  expect(rows[0]).not.toEqual({ tables: 0 });
});

test('dropping a test database fails while a connection is open', async () => {
  const database = await createTestDatabase({ migrated: false });
  const client = new Client({ connectionString: database.url, application_name: 'forgotten' });
  await client.connect();
  client.on('error', () => {});
  await expect(database.drop()).rejects.toThrow('connections were left open by forgotten');
});

describe('what is open', () => {
  const closed: string[] = [];
  const open = (name: string) => closeAtEnd(name, async () => void closed.push(name));
  open('of the file');

  test('is not closed before the test that opened it has cleaned up', () => {
    open('of the test');
    onTestFinished(() => expect(closed).toEqual([]));
  });

  test('was closed when that test ended, unless the file opened it', () => {
    expect(closed).toEqual(['of the test']);
  });
});
