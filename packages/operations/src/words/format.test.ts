import { expect, test } from 'vitest';
import { formatAgo, formatApps, formatCount, formatDuration, formatRate, formatUtc } from './format.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

test.for([
  [-5, '0s'],
  [400, '0s'],
  [4 * second, '4s'],
  [59.4 * second, '59s'],
  [59.6 * second, '1m'],
  [12 * minute + 30 * second, '12m'],
  [3 * hour, '3h'],
  [3 * hour + 20 * minute, '3h 20m'],
  [53 * hour, '2d 5h'],
  [72 * hour + minute, '3d 1m'],
] as const)('formatDuration writes %d ms as %s', ([ms, text]) => {
  expect(formatDuration(ms)).toBe(text);
});

test.for([
  [0, '0'],
  [0.0384, '0.0384'],
  [0.5, '0.5'],
  [2.994, '2.99'],
  [12.34, '12.3'],
  [398.4, '398'],
  [12_345, '12,345'],
] as const)('formatRate writes %d per second as %s', ([rate, text]) => {
  expect(formatRate(rate)).toBe(text);
});

test('formatCount separates thousands', () => {
  expect(formatCount(282_630)).toBe('282,630');
});

test.for([
  [1, '1 app'],
  [0, '0 apps'],
  [1_200, '1,200 apps'],
] as const)('formatApps writes %d as %s', ([count, text]) => {
  expect(formatApps(count)).toBe(text);
});

test('formatAgo says 0s for a moment that a fast clock puts into the future', () => {
  expect(formatAgo(new Date(5_000), new Date(4_000))).toBe('0s ago');
});

test('formatUtc names the time zone', () => {
  expect(formatUtc(new Date('2026-11-22T14:03:59Z'))).toBe('2026-11-22 14:03 UTC');
});
