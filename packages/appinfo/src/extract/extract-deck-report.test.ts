import { expect, test } from 'vitest';
import type { Block } from './testing/app-body.ts';
import { extractedCommon } from './testing/extracted.ts';

function deckReport(steam_deck_compatibility: Block) {
  return extractedCommon({ steam_deck_compatibility }).deck;
}

test('the Deck report is null without its block, and all null with an empty one', () => {
  expect(extractedCommon({}).deck).toBeNull();
  expect(deckReport({})).toEqual({
    category: null,
    testTimestamp: null,
    testedBuildId: null,
    steamosCompatibility: null,
    tests: null,
    configuration: null,
  });
});

test('the Deck report has a category from 0 to 3', () => {
  const categories = ['0', '3', '4', '-1', ''].map((category) => deckReport({ category })?.category);
  expect(categories).toEqual([0, 3, null, null, null]);
});

test('the Deck report has tests in the order of their numbers, in the words of Steam', () => {
  const tests = [
    ['1', { display: '3', token: '#Two' }],
    ['0', { token: '#One' }],
  ] as const;
  expect(deckReport({ tests })?.tests).toEqual([
    { display: null, token: '#One' },
    { display: '3', token: '#Two' },
  ]);
});

test('the Deck report has the configuration as sent: strings with their blanks, the first of equal keys, without NULs', () => {
  const configuration = { Small_Text: ' 1 ', small_text: '0', empty: '', 'a\0': 'b\0', deep: { none: {} } };
  expect(deckReport({ configuration })?.configuration).toStrictEqual({
    Small_Text: ' 1 ',
    empty: '',
    a: 'b',
    deep: { none: {} },
  });
});

test('the Deck report leaves out keys of its configuration that would replace a prototype', () => {
  const hostile = [
    ['__proto__', { polluted: '1' }],
    ['constructor', { prototype: 'x' }],
  ] as const;
  const configuration = deckReport({ configuration: hostile })?.configuration;
  expect(Object.entries(configuration ?? {})).toEqual([['constructor', { prototype: 'x' }]]);
  expect(Object.getPrototypeOf(configuration)).toBe(Object.prototype);
  expect({}).not.toHaveProperty('polluted');
});
