import { expect, test } from 'vitest';
import { formatCount, formatDuration, formatMoment, formatRate } from './format.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

test.for([
  [-5, '0 s'],
  [400, '0 s'],
  [4 * second, '4 s'],
  [59.6 * second, '1 min'],
  [12 * minute + 30 * second, '12 min'],
  [3 * hour, '3 h'],
  [3 * hour + 20 * minute, '3 h 20 min'],
  [53 * hour, '2 d 5 h'],
] as const)('%d ms are %s', ([ms, text]) => {
  expect(formatDuration(ms)).toBe(text);
});

test.for([
  [0, '0'],
  [0.5, '0.5'],
  [2.994, '2.99'],
  [12.34, '12.3'],
  [398.4, '398'],
] as const)('%d a second is written as %s', ([rate, text]) => {
  expect(formatRate(rate)).toBe(text);
});

test('counts have separators', () => {
  expect(formatCount(282_630)).toBe('282,630');
});

test('moments name their time zone', () => {
  expect(formatMoment(new Date('2026-11-22T14:03:59Z'))).toBe('2026-11-22 14:03 UTC');
});
