import { applyPatch } from 'diff';
import { describe, expect, test } from 'vitest';
import { recordedTexts } from '../../../appinfo/src/keyvalues/testing/recorded-texts.ts';
import { diffTexts } from './diff-texts.ts';

function diff(old: string, next: string): string {
  return diffTexts({ name: 'old', text: Buffer.from(old) }, { name: 'new', text: Buffer.from(next) });
}

function numberedLines(count: number, prefix: string): string {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}\n`).join('');
}

test('a diff of two texts is what diff -u prints', () => {
  const old = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
  expect(diff(old, old.replace('5', 'five'))).toBe(
    '--- old\n+++ new\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
  );
  expect(diff(old, old)).toBe('');
});

test.each([
  ['much differs', numberedLines(900, 'a'), numberedLines(700, 'b')],
  [
    'much differs within',
    `1\n2\n3\n4\n${numberedLines(900, 'a')}5\n6\n`,
    `1\n2\n3\n4\n${numberedLines(700, 'b')}5\n6\n`,
  ],
  ['much is added', '1\n2\n', `1\n${numberedLines(700, 'b')}2\n`],
  ['all is new', '', numberedLines(700, 'b')],
  ['all is gone', numberedLines(700, 'b'), ''],
  ['the last line has no end', `1\n${numberedLines(700, 'a')}x`, `1\n${numberedLines(700, 'b')}y`],
])('a diff makes the new text of the old one when %s', (_case, old, next) => {
  expect(applyPatch(old, diff(old, next))).toBe(next);
});

describe.skipIf(recordedTexts.length === 0)('recorded texts (skipped without recorded PICS data)', () => {
  test('a diff of any two of the largest makes the one of the other', () => {
    const largest = recordedTexts
      .map(({ read }) => read().toString())
      .sort((a, b) => b.length - a.length)
      .slice(0, 12);
    for (const old of largest) {
      for (const next of largest.slice(0, 3)) {
        const patch = diff(old, next);
        expect(patch === '' ? old : applyPatch(old, patch)).toBe(next);
      }
    }
  });
});
