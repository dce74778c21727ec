import { InvalidArgumentError } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAppids, parseChangesStart, parseSince, wholeNumber } from './arguments.ts';

describe('parseAppids', () => {
  test.each([
    ['440', [440]],
    ['440,570', [440, 570]],
    [' 440, 570 ,', [440, 570]],
    ['0,2147483647', [0, 2_147_483_647]],
  ])('reads "%s"', (text, appids) => {
    expect(parseAppids(text)).toEqual(appids);
  });

  test.each(['', ',', '440,x', '-1', '4.4', '2147483648', '0x10', '1e3', '44000000000'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseAppids(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('parseSince', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-22T12:00:00Z'), toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    ['90s', '2026-11-22T11:58:30Z'],
    ['90min', '2026-11-22T10:30:00Z'],
    ['2h', '2026-11-22T10:00:00Z'],
    ['3 d', '2026-11-19T12:00:00Z'],
    ['1w', '2026-11-15T12:00:00Z'],
    ['2026-11-20T10:30Z', '2026-11-20T10:30:00Z'],
    ['2026-11-20T10:30:15+02:00', '2026-11-20T08:30:15Z'],
  ])('reads "%s"', (text, time) => {
    expect(parseSince(text)).toEqual(new Date(time));
  });

  test('takes a date alone as the start of that day here', () => {
    expect(parseSince('2026-11-20')).toEqual(new Date(2026, 10, 20));
  });

  test.each(['', '5', 'yesterday', '2026', '2026-13-40', '2 fortnights', '-2h', 'h'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseSince(text)).toThrow(InvalidArgumentError);
    },
  );

  test('reads a change number where changes are listed', () => {
    expect(parseChangesStart('31650000')).toEqual({ after: 31_650_000 });
    expect(parseChangesStart('2h')).toEqual({ from: new Date('2026-11-22T10:00:00Z') });
  });
});

test.each(['0', '11', '1.5', 'x', ''])('wholeNumber(1, 10) refuses "%s"', (text) => {
  expect(wholeNumber(1, 10)('10')).toBe(10);
  expect(() => wholeNumber(1, 10)(text)).toThrow('It must be a whole number from 1 to 10.');
});
