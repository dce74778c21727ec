import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { parseRate } from './rate.ts';

test.each([
  ['2', 2],
  ['0.5', 0.5],
  ['2/s', 2],
  ['30/min', 0.5],
  ['default', null],
])('parseRate reads "%s"', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

test.each(['', '0', '0.001', '10001', '2/h', '-1', 'fast', '2 /s', 'NaN'])(
  'parseRate refuses "%s"',
  (text) => {
    expect(() => parseRate(text)).toThrow(InvalidArgumentError);
  },
);
