import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { shortenLogs } from './limit-logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'pics-logs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('sets a log that is too large aside, and what writes to it goes on in an empty one', () => {
  const log = openSync(join(folder, 'postgres.log'), 'a', 0o600);
  writeSync(log, 'first run of lines\n');
  writeFileSync(join(folder, 'redis.log'), 'short\n');
  shortenLogs(folder, 10);
  writeSync(log, 'second run of lines\n');
  expect([read('postgres.log.1'), read('postgres.log')]).toEqual([
    'first run of lines\n',
    'second run of lines\n',
  ]);
  shortenLogs(folder, 10);
  closeSync(log);
  // Never more than twice the size: the older one is gone.
  expect([read('postgres.log.1'), read('postgres.log')]).toEqual(['second run of lines\n', '']);
  expect(read('redis.log')).toBe('short\n');
});
