import { describe, expect, test } from 'vitest';
import { type ExactText, KeyValuesError } from './key-values-reader.ts';
import { keyValuesToJson, sectionsToJson } from './key-values-to-json.ts';
import { type KeyValue, parseKeyValues } from './parse-key-values.ts';
import { recordedTexts } from './testing/recorded-texts.ts';

const json = (text: string) => keyValuesToJson(Buffer.from(text));

test('keeps the order and the spelling of keys, integer-like ones too', () => {
  expect(json('"r" { "b" "1" "10" "2" "B" "3" "2" { } "a" "" }')).toBe(
    '{"r":{"b":"1","10":"2","B":"3","2":{},"a":""}}',
  );
});

test('puts the values of a repeated key into an array where the first of them is', () => {
  expect(json('"r" { "a" "1" "b" "2" "a" { "x" "3" "x" "4" } "a" "5" }')).toBe(
    '{"r":{"a":["1",{"x":["3","4"]},"5"],"b":"2"}}',
  );
});

test('leaves out U+0000 and replaces invalid UTF-8, in keys and in values', () => {
  const text = Buffer.from('"r" { "a\0" "x\0y" "a" "\xff" "\xe9" "\x01\n\\"\\\\" }', 'latin1');
  expect(keyValuesToJson(text)).toBe(
    String.raw`{"r":{"a":["xy","${'\u{FFFD}'}"],"${'\u{FFFD}'}":"\u0001\n\"\\"}}`,
  );
});

test('treats a key like __proto__ as a key like any other', () => {
  expect(json('"__proto__" { "__proto__" { "polluted" "1" } "constructor" "2" }')).toBe(
    '{"__proto__":{"__proto__":{"polluted":"1"},"constructor":"2"}}',
  );
});

test('indents when asked to, as JSON.stringify does', () => {
  const text = '"r" { "a" { "x" "1" } "b" { } "c" "2" "c" { "d" "3" } }';
  expect(keyValuesToJson(Buffer.from(text), 2)).toBe(JSON.stringify(JSON.parse(json(text)), null, 2));
});

test('takes a root that is text, and trailing NULs', () => {
  expect(json('"r" "x"\n\0')).toBe('{"r":"x"}');
});

test('refuses what is not KeyValues text', () => {
  expect(() => json('"r" { "a" }')).toThrow(KeyValuesError);
  expect(() => json('"a"{'.repeat(65) + '}'.repeat(65))).toThrow('blocks nested deeper than 64 levels');
  expect(() => sectionsToJson(Buffer.from('"r" { "a" "1" } x'), ['a'])).toThrow(KeyValuesError);
});

describe('sections', () => {
  const text = Buffer.from(
    '"appinfo" { "appid" "4" "Depots" { "10" { "x" "1" } "2" "y" } "ufs" { } "depots" "again" "config" "z" }',
  );

  test('are found in any case and only where the document has them', () => {
    expect(sectionsToJson(text, ['ufs', 'extended', 'config'])).toEqual(
      new Map([
        ['ufs', '{}'],
        ['config', '"z"'],
      ]),
    );
  });

  test('are arrays when they are repeated, like every other key', () => {
    expect(sectionsToJson(text, ['depots']).get('depots')).toBe('[{"10":{"x":"1"},"2":"y"},"again"]');
  });

  test('are none when the root is text', () => {
    expect(sectionsToJson(Buffer.from('"appinfo" "depots"'), ['depots'])).toEqual(new Map());
  });
});

describe.skipIf(recordedTexts.length === 0)('recorded texts (skipped without recorded PICS data)', () => {
  test('hold the same values as JSON as they do as KeyValues, section by section', () => {
    const differing = recordedTexts.filter(({ read }) => {
      const bytes = read();
      const root = parseKeyValues(bytes);
      const expected = plainObject([root]);
      const names = [...new Set(entriesOf(root).map(({ key }) => decoded(key)))];
      const sections = Array.from(sectionsToJson(bytes, names), ([name, text]) => [name, JSON.parse(text)]);
      return (
        JSON.stringify(JSON.parse(keyValuesToJson(bytes))) !== JSON.stringify(expected) ||
        JSON.stringify(Object.fromEntries(sections)) !== JSON.stringify(expected['appinfo'])
      );
    });
    expect(differing.map(({ path }) => path)).toEqual([]);
  });
});

/** The same tree by the plainest means. Integer-like keys lose their order on both sides of the comparison. */
function plainObject(entries: KeyValue[]): Record<string, unknown> {
  const groups = Map.groupBy(entries, ({ key }) => decoded(key));
  return Object.fromEntries(
    Array.from(groups, ([key, group]) => {
      const values = group.map(({ value }) => (Array.isArray(value) ? plainObject(value) : decoded(value)));
      return [key, values.length === 1 ? values[0] : values];
    }),
  );
}

function entriesOf({ value }: KeyValue): KeyValue[] {
  return Array.isArray(value) ? value : [];
}

function decoded(text: ExactText): string {
  return (typeof text === 'string' ? text : Buffer.from(text).toString()).replaceAll('\0', '');
}
