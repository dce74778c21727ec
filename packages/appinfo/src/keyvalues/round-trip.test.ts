import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyValue, parseKeyValues, serializeKeyValues } from './parse-key-values.ts';
import { recordedTexts } from './testing/recorded-texts.ts';

test("writes Steam's layout", () => {
  const root = {
    key: 'appinfo',
    value: [
      { key: 'appid', value: '10' },
      { key: 'common', value: [{ key: 'name', value: 'A "B" \\ C\tD' }] },
      { key: 'extended', value: [] },
    ],
  };
  expect(serializeKeyValues(root).toString()).toBe(
    '"appinfo"\n{\n\t"appid"\t\t"10"\n\t"common"\n\t{\n\t\t"name"\t\t"A \\"B\\" \\\\ C\tD"\n\t}\n\t"extended"\n\t{\n\t}\n}\n',
  );
});

test('gives back any tree when parsed again', () => {
  const bytes = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    bytes.filter((array) => !isText(array)),
  );
  const { root } = fc.letrec<{ root: KeyValue }>((tie) => ({
    root: fc.record({
      key: text,
      value: fc.oneof({ depthSize: 'small' }, text, fc.array(tie('root'), { maxLength: 4 })),
    }),
  }));
  fc.assert(
    fc.property(root, (tree) => {
      expect(parseKeyValues(serializeKeyValues(tree))).toEqual(tree);
    }),
    { seed: 1, numRuns: 500 },
  );
});

describe.skipIf(recordedTexts.length === 0)('recorded texts (skipped without recorded PICS data)', () => {
  test('come back byte for byte, with the SHA-1 that PICS announced', () => {
    const differing = recordedTexts.filter(({ sha1, read }) => {
      const serialized = serializeKeyValues(parseKeyValues(read()));
      return createHash('sha1').update(serialized).digest('hex') !== sha1;
    });
    expect(differing.map(({ path }) => path)).toEqual([]);
  });
});

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
