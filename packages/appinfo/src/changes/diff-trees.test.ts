import { expect, test } from 'vitest';
import { parseKeyValues } from '../keyvalues/parse-key-values.ts';
import { diffTrees } from './diff-trees.ts';

function diff(old: string | Buffer, next: string | Buffer) {
  return diffTrees(parseKeyValues(Buffer.from(old)), parseKeyValues(Buffer.from(next)));
}

test('every value that was changed, added or removed is listed with its path', () => {
  const old = '"a" { "b" { "c" "1" "d" "2" } "gone" { "x" "" "y" { } } "same" "s" }';
  const next = '"a" { "same" "s" "b" { "d" "3" "c" "1" } "f.g" "h" }';
  expect(diff(old, next)).toEqual([
    { path: ['a', 'b', 'd'], old: '2', new: '3' },
    { path: ['a', 'gone', 'x'], old: '', new: null },
    { path: ['a', 'gone', 'y'], old: {}, new: null },
    { path: ['a', 'f.g'], old: null, new: 'h' },
  ]);
  expect(diff(old, old)).toEqual([]);
});

test('equal keys in one block are numbered', () => {
  expect(diff('"a" { "k" "1" "k" "2" "1" "x" }', '"a" { "k" "1" "k" { "z" "3" } "1" "y" "k" "4" }')).toEqual([
    { path: ['a', 'k', 1], old: '2', new: null },
    { path: ['a', '1'], old: 'x', new: 'y' },
    { path: ['a', 'k', 1, 'z'], old: null, new: '3' },
    { path: ['a', 'k', 2], old: null, new: '4' },
  ]);
});

test('keys such as __proto__, and texts with invalid UTF-8, are compared like any others', () => {
  const bad = (byte: string) => Buffer.from(`"a" { "__proto__" { "constructor" "${byte}" } }`, 'latin1');
  expect(diff(bad('\xff'), bad('\xfe'))).toEqual([
    { path: ['a', '__proto__', 'constructor'], old: '\ufffd', new: '\ufffd' },
  ]);
});
