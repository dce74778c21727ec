import { describeError } from '@pics/core';
import { describe, expect, test } from 'vitest';
import { KeyValuesError } from './key-values-reader.ts';
import { parseKeyValues } from './parse-key-values.ts';

function parse(text: string) {
  return parseKeyValues(Buffer.from(text));
}

function errorOf(text: string | Buffer): unknown {
  try {
    parseKeyValues(Buffer.from(text));
  } catch (error) {
    return error;
  }
  return undefined;
}

test('keeps the order of entries, duplicate keys and the spelling of keys', () => {
  expect(
    parse('"root"\n{\n\t"b"\t\t"1"\n\t"10"\t\t"2"\n\t"B"\t\t"3"\n\t"b"\n\t{\n\t}\n\t"2"\t\t""\n}\n'),
  ).toEqual({
    key: 'root',
    value: [
      { key: 'b', value: '1' },
      { key: '10', value: '2' },
      { key: 'B', value: '3' },
      { key: 'b', value: [] },
      { key: '2', value: '' },
    ],
  });
});

test('reads a backslash as an escape only before a backslash or a quote', () => {
  expect(parse(String.raw`"a" "C:\\new\\\"x\" \n\t\\"`).value).toBe('C:\\new\\"x" \\n\\t\\');
});

test('keeps tabs, line breaks and NULs inside a value', () => {
  expect(parse('"a" "one\n\ttwo\r\n\0three"').value).toBe('one\n\ttwo\r\n\0three');
});

test('keeps bytes that are not UTF-8 as bytes, in keys and in values', () => {
  const text = Buffer.from('"k\xe9\\"y"\t\t"v\xff\\\\"\n', 'latin1');
  expect(parseKeyValues(text)).toEqual({
    key: Buffer.from('k\xe9"y', 'latin1'),
    value: Buffer.from('v\xff\\', 'latin1'),
  });
});

test('decodes UTF-8 beyond the first plane, and a byte order mark as the character it is', () => {
  expect(parse('"clé 🎮"\t\t"\u{FEFF}日本"\n')).toEqual({ key: 'clé 🎮', value: '\u{FEFF}日本' });
});

test('accepts trailing NULs, and any blanks or none between the parts', () => {
  const tree = { key: 'a', value: [{ key: 'b', value: 'c' }] };
  expect(parse('"a"\n{\n\t"b"\t\t"c"\n}\n\0')).toEqual(tree);
  expect(parse('  "a"\r\n{"b"   "c"}\r\n\0\0\n\0')).toEqual(tree);
  expect(parse('"a"{"b""c"}')).toEqual(tree);
});

test('treats a key like __proto__ as an entry like any other', () => {
  expect(parse('"__proto__" { "__proto__" { "polluted" "1" } "constructor" "2" }')).toEqual({
    key: '__proto__',
    value: [
      { key: '__proto__', value: [{ key: 'polluted', value: '1' }] },
      { key: 'constructor', value: '2' },
    ],
  });
  expect({}).not.toHaveProperty('polluted');
});

describe('says where a text breaks and why', () => {
  test.each([
    ['', 'unexpected end of text at byte 0'],
    ['"a"', 'unexpected end of text at byte 3'],
    ['"a"\n{\n\t"b"\t\t"c"\n', 'unexpected end of text at byte 16'],
    ['"a" { "b" "c', 'unterminated string at byte 10'],
    ['"a" { "b" "c\\"', 'unterminated string at byte 10'],
    ['"a" { "b" "c\\', 'unterminated string at byte 10'],
    ['"a" { "b', 'unterminated string at byte 6'],
    ['{ }', 'expected a key but found "{" at byte 0'],
    ['}', 'expected a key but found "}" at byte 0'],
    ['"a" { "b" }', 'expected a value or "{" but found "}" at byte 10'],
    ['"a" { b "c" }', 'expected a key or "}" but found "b" at byte 6'],
    ['"a" { "b" "c" [$WIN32] }', 'expected a key or "}" but found "[" at byte 14'],
    ['"a" { { } }', 'expected a key or "}" but found "{" at byte 6'],
    ['"a" { } }', 'expected the end of the text but found "}" at byte 8'],
    ['"a" "b" "c" "d"', 'expected the end of the text but found """ at byte 8'],
    ['"a" {\0"b" "c" }', 'expected a key or "}" but found byte 0x00 at byte 5'],
    ['\u{FEFF}"a" "b"', 'expected a key but found byte 0xef at byte 0'],
  ])('%j', (text, message) => {
    expect(describeError(errorOf(text))).toBe(`KeyValuesError: ${message}`);
  });
});

test('gives the offset and the reason of an error separately', () => {
  expect(errorOf('"a" { "b" "c')).toMatchObject({ offset: 10, reason: 'unterminated string' });
});

test('refuses more than 64 levels and accepts 64', () => {
  const nested = (levels: number) => `${'"a"{'.repeat(levels)}${'}'.repeat(levels)}`;
  expect(errorOf(nested(64))).toBeUndefined();
  expect(errorOf(nested(65))).toEqual(new KeyValuesError('blocks nested deeper than 64 levels', 64 * 4 + 3));
  expect(errorOf(nested(1_000_000))).toBeInstanceOf(KeyValuesError);
});

test('goes as deep as a caller allows without running out of stack', () => {
  const nested = Buffer.from(`${'"a"{'.repeat(200_000)}${'}'.repeat(200_000)}`);
  expect(parseKeyValues(nested, { maxBytes: nested.length, maxDepth: 200_000 }).key).toBe('a');
});

test('refuses a text above the size limit without parsing it', () => {
  const limits = { maxBytes: 9, maxDepth: 64 };
  expect(parseKeyValues(Buffer.from('"a" "bcd"'), limits).value).toBe('bcd');
  expect(() => parseKeyValues(Buffer.from('"a" "bcde"'), limits)).toThrow(
    new KeyValuesError('text of 10 bytes goes past the limit of 9', 9),
  );
});

test('reads a view into a larger buffer', () => {
  const whole = Buffer.from('xx"a" "b"xx');
  expect(parseKeyValues(new Uint8Array(whole.buffer, whole.byteOffset + 2, 7))).toEqual({
    key: 'a',
    value: 'b',
  });
});
