import { describeError } from '@pics/core';
import { expect, test } from 'vitest';
import { appBody, type Block, numbered } from './testing/app-body.ts';
import { extracted } from './testing/extracted.ts';

function errorOf(body: Block | Uint8Array): string {
  try {
    extracted(body);
  } catch (error) {
    return describeError(error);
  }
  return 'no error';
}

test.each([
  ['an empty body that should not be', '', 'ExtractionError: the body is empty'],
  ['a body of nothing but NULs', '\0\0', 'ExtractionError: the body is empty'],
  ['text that is no KeyValues', '<html>', 'KeyValuesError: expected a key but found "<" at byte 0'],
  ['a root that is not a block', '"appinfo" ""', 'ExtractionError: the root of the body is not a block'],
  [
    'a body that is cut off',
    '"appinfo" { "config" { "x" "y" }',
    'KeyValuesError: unexpected end of text at byte 32',
  ],
  [
    'broken text in a part that is skipped',
    '"appinfo" { "config" { "installdir" nine } }',
    'KeyValuesError: expected a value or "{" but found "n" at byte 36',
  ],
])('%s fails, and says why', (_, text, message) => {
  expect(errorOf(Buffer.from(text))).toBe(message);
});

test('a root that is not appinfo, in any case, fails', () => {
  expect(errorOf(appBody({}, 'packageinfo'))).toBe(
    'ExtractionError: the root of the body is "packageinfo", not "appinfo"',
  );
  expect(errorOf(appBody({}, 'AppInfo'))).toBe('no error');
});

test('the body of another app fails, and one without an appid does not', () => {
  expect(errorOf({ appid: '570' })).toBe('ExtractionError: the body is of app 570, not 1000');
  expect(errorOf({ appid: 'x' })).toBe('ExtractionError: the body is of app x, not 1000');
  expect(errorOf({ appid: '' })).toBe('no error');
});

test.each(['developer', 'publisher', 'franchise'])(
  'a %s name that no index could hold fails, and the longest that one can does not',
  (type) => {
    const named = (name: string) => ({ common: { associations: numbered([{ type, name }]) } });
    expect(errorOf(named('é'.repeat(1346)))).toBe('no error');
    expect(errorOf(named(`${'é'.repeat(1346)}e`))).toBe(
      `ExtractionError: ${type} name of 2693 bytes (at most 2692)`,
    );
  },
);

test('a name in extended that no index could hold fails', () => {
  expect(errorOf({ extended: { developer: 'x'.repeat(3000) } })).toBe(
    'ExtractionError: developer name of 3000 bytes (at most 2692)',
  );
});

test('a text of a megabyte fails', () => {
  const text = 'x'.repeat(1_000_000);
  expect(errorOf({ common: { name: text } })).toBe(
    'ExtractionError: common.name is 1000000 characters long (at most 65536)',
  );
  expect(errorOf({ common: { steam_deck_compatibility: { configuration: { text } } } })).toBe(
    'ExtractionError: steam_deck_compatibility.configuration is 1000000 characters long (at most 65536)',
  );
});

test.each(['store_tags', 'genres', 'category', 'content_descriptors', 'languages'])(
  'more than 1,000 entries in %s fail, and 1,000 do not',
  (list) => {
    const entries = (count: number) => numbered(Array.from({ length: count }, (_, i) => String(i)));
    expect(errorOf({ common: { [list]: entries(1000) } })).toBe('no error');
    expect(errorOf({ common: { [list]: entries(100_000) } })).toMatch(
      /^KeyValuesError: more than 1000 entries in one list at byte \d+$/,
    );
  },
);

test('10,000 levels of nesting fail, wherever they are', () => {
  const nested = `${'"a"{'.repeat(10_000)}${'}'.repeat(10_000)}`;
  const deck = `"common" { "steam_deck_compatibility" { "configuration" { ${nested} } } }`;
  for (const body of [nested, deck]) {
    expect(errorOf(Buffer.from(`"appinfo" { ${body} }`))).toMatch(
      /^KeyValuesError: blocks nested deeper than 64 levels at byte \d+$/,
    );
  }
});

test('a body above 16 MB fails, and one of 10 MB does not', () => {
  expect(errorOf({ config: { x: 'y'.repeat(10_000_000) } })).toBe('no error');
  expect(errorOf({ config: { x: 'y'.repeat(17_000_000) } })).toMatch(
    /^KeyValuesError: text of \d+ bytes goes past the limit of 16777216 at byte/,
  );
});
