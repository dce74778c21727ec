import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RepeatedWarnings } from './repeated-warnings.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const lines: [string, object][] = [];
  const warnings = new RepeatedWarnings();
  const warn = (err: Error, message = 'redis connection') =>
    warnings.write({ err }, message, (fields, text) => void lines.push([text, fields]));
  return { lines, warn };
}

test('the same warning is logged once and then counted, minute by minute until it ends', () => {
  const { lines, warn } = start();
  const refused = () => warn(new Error('connect ECONNREFUSED 10.0.0.1:6379'));
  for (let count = 0; count < 813; count += 1) refused();
  expect(lines.map(([text]) => text)).toEqual(['redis connection']);
  vi.advanceTimersByTime(60_000);
  expect(lines.at(-1)).toMatchObject(['redis connection, and 812 times more in 60 s', { repeats: 812 }]);
  refused();
  vi.advanceTimersByTime(60_000);
  expect(lines.at(-1)?.[0]).toBe('redis connection, and once more in 60 s');
  vi.advanceTimersByTime(600_000);
  expect(lines).toHaveLength(3);
  refused();
  expect(lines.at(-1)?.[0]).toBe('redis connection');
});

test('errors that differ in numbers alone are the same, all others are not', () => {
  const { lines, warn } = start();
  warn(new Error('read timed out after 5001 ms'));
  warn(new Error('read timed out after 5002 ms'));
  warn(new Error('connection reset'));
  warn(new RangeError('connection reset'));
  warn(new Error('connection reset'), 'polling the change feed failed');
  expect(lines).toHaveLength(4);
});
