import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeyValuesError } from './key-values-reader.ts';
import { type KeyValue, parseKeyValues, serializeKeyValues } from './parse-key-values.ts';
import { block, type EntryTree, selectKeyValues, tree } from './select-key-values.ts';
import { randomIntegers, randomText } from './testing/random-texts.ts';

// A million stack traces would take most of the time.
const { stackTraceLimit } = Error;
beforeAll(() => void (Error.stackTraceLimit = 0));
afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));

const LIMITS = { maxBytes: 400, maxDepth: 5 };
const nothing = block({});
const everything = tree(Infinity);

test('a million texts are each read or refused, with the same error whether they are parsed, selected or skipped', () => {
  const random = randomIntegers(20_261_122);
  const read: Buffer[] = [];
  const differing: string[] = [];
  for (let i = 0; i < 1_000_000; i++) {
    const text = randomText(random);
    const parsed = errorOf(() => parseKeyValues(text, LIMITS));
    const selected = errorOf(() => selectKeyValues(text, everything, LIMITS));
    const skipped = errorOf(() => selectKeyValues(text, nothing, LIMITS));
    if (selected !== parsed || skipped !== parsed) differing.push(text.toString('base64'));
    if (parsed === undefined && i % 10 === 0) read.push(text);
  }
  expect(differing).toEqual([]);
  expect(read.length).toBeGreaterThan(10_000);
  expect(read.length).toBeLessThan(80_000);
  expect(read.filter((text) => !holds(text)).map((text) => text.toString('base64'))).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
}, 120_000);

/** The message of the parser's own error; any other is a failure. */
function errorOf(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof KeyValuesError) return error.message;
    throw error;
  }
  return undefined;
}

/** Whether the tree of a text survives being written and read again, and is what a selection of everything yields. */
function holds(text: Buffer): boolean {
  const parsed = parseKeyValues(text);
  const selected = selectKeyValues(text, everything);
  return (
    isDeepStrictEqual(parseKeyValues(serializeKeyValues(parsed)), parsed) &&
    isDeepStrictEqual(selected.value, Array.isArray(parsed.value) ? lossy(parsed.value) : undefined)
  );
}

/** A parsed tree as it is selected: invalid UTF-8 replaced. */
function lossy(entries: KeyValue[]): EntryTree {
  return entries.map(({ key, value }) => ({
    key: decoded(key),
    value: Array.isArray(value) ? lossy(value) : decoded(value),
  }));
}

function decoded(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString();
}
