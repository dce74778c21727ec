import { expect, test } from 'vitest';
import { formatAgo, formatApps, formatDuration, formatRate } from './format.ts';

test.each([
  [0.2, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [7_260, '2 h 1 min'],
  [266_400, '3 d 2 h'],
  [259_260, '3 d'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [0, '0'],
  [0.0384, '0.038'],
  [3.21, '3.2'],
  [370.4, '370'],
  [12_345, '12,345'],
])('%d a second are written %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test('a moment that a fast clock puts into the future was just now', () => {
  expect(formatAgo(new Date(5_000), 4_000)).toBe('0 s ago');
});

test.each([
  [1, '1 app'],
  [0, '0 apps'],
  [1_200, '1,200 apps'],
])('%d apps are %s', (count, text) => {
  expect(formatApps(count)).toBe(text);
});
