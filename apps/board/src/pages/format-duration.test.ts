import { expect, test } from 'vitest';
import { formatDuration } from '@pics/operations';
import { formatDuration as formatInBrowser } from '../../browser/format-duration.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.for([
  -5 * SECOND,
  0,
  499,
  500,
  59 * SECOND,
  59_600,
  MINUTE,
  119 * SECOND,
  59 * MINUTE + 59_600,
  HOUR,
  HOUR + MINUTE,
  23 * HOUR + 59 * MINUTE,
  DAY,
  DAY + 5 * MINUTE,
  12 * DAY + 3 * HOUR,
  400 * DAY,
])('a page counts %d ms as the board writes them', (ms) => {
  expect(formatInBrowser(ms)).toBe(formatDuration(ms));
});
