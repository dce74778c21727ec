import { InvalidArgumentError } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseChangesStart } from './parse-changes-start.ts';
import { parseAppids } from './parse-appids.ts';
import { parseSince } from './parse-since.ts';
import { wholeNumber } from './whole-number.ts';

describe('ids of apps', () => {
  test.each([
    ['440', [440]],
    ['440,570', [440, 570]],
    [' 440, 570 ,', [440, 570]],
    ['0,2147483647', [0, 2_147_483_647]],
  ])('are read from "%s"', (text, appids) => {
    expect(parseAppids(text)).toEqual(appids);
  });

  test.each(['', ',', '440,x', '-1', '4.4', '2147483648', '0x10', '1e3', '44000000000'])(
    'are not "%s"',
    (text) => {
      expect(() => parseAppids(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('a moment', () => {
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
  ])('is read from "%s"', (text, time) => {
    expect(parseSince(text)).toEqual(new Date(time));
  });

  test('is the beginning of that day here when it is a date alone', () => {
    expect(parseSince('2026-11-20')).toEqual(new Date(2026, 10, 20));
  });

  test.each(['', '5', 'yesterday', '2026', '2026-13-40', '2 fortnights', '-2h', 'h'])(
    'is not "%s"',
    (text) => {
      expect(() => parseSince(text)).toThrow(InvalidArgumentError);
    },
  );

  test('may be a change number where changes are listed', () => {
    expect(parseChangesStart('31650000')).toEqual({ after: 31_650_000 });
    expect(parseChangesStart('2h')).toEqual({ from: new Date('2026-11-22T10:00:00Z') });
  });
});

test.each(['0', '11', '1.5', 'x', ''])('a whole number from 1 to 10 is not "%s"', (text) => {
  expect(wholeNumber(1, 10)('10')).toBe(10);
  expect(() => wholeNumber(1, 10)(text)).toThrow('It must be a whole number from 1 to 10.');
});
