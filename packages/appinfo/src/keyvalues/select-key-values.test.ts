import { expect, test } from 'vitest';
import { block, list, selectKeyValues, text, tree } from './select-key-values.ts';

function select(source: string, selector: Parameters<typeof selectKeyValues>[1]) {
  return selectKeyValues(Buffer.from(source), selector).value;
}

test('yields the named fields and nothing else, undefined where they are absent', () => {
  const selector = block({ a: text, b: block({ c: text, d: text }), e: list(text, 9), f: tree(9) });
  expect(
    select(
      '"r" { "x" { "a" "0" } "a" "1" "b" { "d" "2" "y" "3" } "e" { "7" "4" } "f" { "g" { "h" "5" } } }',
      selector,
    ),
  ).toStrictEqual({
    a: '1',
    b: { c: undefined, d: '2' },
    e: [{ key: '7', value: '4' }],
    f: [{ key: 'g', value: [{ key: 'h', value: '5' }] }],
  });
  expect(select('"r" { }', selector)).toStrictEqual({
    a: undefined,
    b: undefined,
    e: undefined,
    f: undefined,
  });
});

test('gives the root key, and no value when the root is not a block', () => {
  const source = Buffer.from('"Root" "text"');
  expect(selectKeyValues(source, block({ a: text }))).toStrictEqual({ key: 'Root', value: undefined });
  expect(selectKeyValues(source, text)).toStrictEqual({ key: 'Root', value: 'text' });
});

test('finds keys in any case, and only by all of their bytes', () => {
  const selector = block({ name: text, full_audio: text });
  expect(select('"r" { "NaMe" "1" "FULL_AUDIO" "2" }', selector)).toStrictEqual({
    name: '1',
    full_audio: '2',
  });
  expect(
    select('"r" { "nam\x05" "1" "names" "1" "full\x7faudio" "2" "full?audio" "2" }', selector),
  ).toStrictEqual({
    name: undefined,
    full_audio: undefined,
  });
});

test('takes the first of equal keys', () => {
  expect(
    select('"r" { "a" "" "A" "2" "b" { } "b" { "c" "1" } }', block({ a: text, b: block({ c: text }) })),
  ).toEqual({
    a: '',
    b: { c: undefined },
  });
});

test('skips a text where a block is selected, and a block where a text is', () => {
  const selector = block({ a: text, b: block({ c: text }), l: list(text, 9) });
  expect(select('"r" { "a" { "x" "1" } "a" "2" "b" "3" "l" { "0" { } "1" "4" } }', selector)).toStrictEqual({
    a: '2',
    b: undefined,
    l: [{ key: '1', value: '4' }],
  });
});

test('replaces invalid UTF-8 and undoes escapes, also in a text of both', () => {
  const source = Buffer.from('"r" { "a" "\xc3\xa9\\\\\xff\\"" "b" "plain" "c\xff" "1" }', 'latin1');
  expect(selectKeyValues(source, tree(9)).value).toEqual([
    { key: 'a', value: 'é\\\u{FFFD}"' },
    { key: 'b', value: 'plain' },
    { key: 'c\u{FFFD}', value: '1' },
  ]);
});

test('keeps keys like __proto__ as data', () => {
  const selector = block({ l: list(text, 9), t: tree(9) });
  expect(
    select('"r" { "__proto__" { "l" "1" } "l" { "__proto__" "2" } "t" { "__proto__" { } } }', selector),
  ).toEqual({
    l: [{ key: '__proto__', value: '2' }],
    t: [{ key: '__proto__', value: [] }],
  });
});

test('refuses a list or a tree with more entries than allowed, and accepts as many', () => {
  expect(select('"r" { "0" "a" "1" "b" }', list(text, 2))).toHaveLength(2);
  expect(() => select('"r" { "0" "a" "1" "b" "2" "c" }', list(text, 2))).toThrow(
    'more than 2 entries in one list at byte 27',
  );
  expect(select('"r" { "0" { "1" "b" } }', tree(2))).toHaveLength(1);
  expect(() => select('"r" { "0" { "1" "b" } "2" "c" }', tree(2))).toThrow(
    'more than 2 entries in one list at byte 27',
  );
});
