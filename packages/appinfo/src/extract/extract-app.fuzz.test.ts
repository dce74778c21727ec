import { type AppBody, appRecordSchema } from '@pics/core';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyValuesError } from '../keyvalues/key-values-reader.ts';
import { randomIntegers, randomText } from '../keyvalues/testing/random-texts.ts';
import { recordedTexts } from '../keyvalues/testing/recorded-texts.ts';
import { extractApp } from './extract-app.ts';
import { ExtractionError } from './column-values.ts';
import { appBody } from './testing/app-body.ts';
import { fullApp } from './testing/full-app.ts';
import { naiveExtractApp } from './testing/naive-extract-app.ts';
import { randomlyChanged } from './testing/randomly-changed.ts';

const { stackTraceLimit } = Error;
beforeAll(() => void (Error.stackTraceLimit = 0));
afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));

test('any well-formed body gives the record of the naive extraction, and it fits the schema', () => {
  const random = randomIntegers(7);
  const differing: string[] = [];
  let records = 0;
  for (let i = 0; i < 8_000; i++) {
    const body = appBody(randomlyChanged(random, fullApp));
    const entry = { appid: 1000, changeNumber: i, missingToken: random(4) === 0, body };
    const expected = outcome(naiveExtractApp, entry);
    const actual = outcome(extractApp, entry);
    if (!isDeepStrictEqual(actual, expected)) differing.push(body.toString());
    else if (typeof actual === 'object') records += appRecordSchema.safeParse(actual).success ? 1 : 0;
  }
  expect(differing).toEqual([]);
  expect(records).toBeGreaterThan(6_000);
});

test('any bytes give a record that fits the schema, or an error of this package', () => {
  const random = randomIntegers(8);
  const valid = [appBody(fullApp)];
  const misfits: string[] = [];
  for (let i = 0; i < 30_000; i++) {
    const body = randomText(random, valid);
    try {
      const record = extractApp({ appid: 1000, changeNumber: i, missingToken: random(2) === 0, body });
      if (!appRecordSchema.safeParse(record).success) misfits.push(body.toString('base64'));
    } catch (error) {
      if (!(error instanceof KeyValuesError) && !(error instanceof ExtractionError)) throw error;
    }
  }
  expect(misfits).toEqual([]);
});

describe.skipIf(recordedTexts.length === 0)('recorded texts (skipped without recorded PICS data)', () => {
  test('give the records of the naive extraction, and they fit the schema', () => {
    const misfits: string[] = [];
    for (const { appid, changeNumber, path, read } of recordedTexts) {
      const entry = { appid, changeNumber, missingToken: false, body: read() };
      const record = extractApp(entry);
      const fits = appRecordSchema.safeParse(record).success;
      if (!fits || !isDeepStrictEqual(record, naiveExtractApp(entry))) misfits.push(path);
    }
    expect(misfits).toEqual([]);
  });

  test('have a time of the last update also where only that of the build is given', () => {
    const older = recordedTexts.find(
      ({ appid, changeNumber }) => appid === 265360 && changeNumber === 34351876,
    );
    expect(older).toBeDefined();
    const body = older?.read() ?? new Uint8Array();
    expect(body.toString()).not.toContain('"timeupdated"');
    const { depots } = extractApp({ appid: 265360, changeNumber: 34351876, missingToken: false, body });
    expect(depots).toMatchObject({ lastContentUpdate: 1428646818, currentBuildId: '583990' });
  });
});

function outcome<Result>(extract: (entry: AppBody) => Result, entry: AppBody): Result | 'failed' {
  try {
    return extract(entry);
  } catch {
    return 'failed';
  }
}
