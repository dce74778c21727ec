import type { AppBody, AppRecord, Changes } from '@pics/core';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { extractApp } from '../extract/extract-app.ts';
import { appBody } from '../extract/testing/app-body.ts';
import { fullApp } from '../extract/testing/full-app.ts';
import { naiveExtractApp } from '../extract/testing/naive-extract-app.ts';
import { randomlyChanged } from '../extract/testing/randomly-changed.ts';
import { randomIntegers } from '../keyvalues/testing/random-texts.ts';
import { recordedTexts } from '../keyvalues/testing/recorded-texts.ts';
import { diffRecords } from './diff-records.ts';
import { naiveDiff } from './testing/naive-diff.ts';

/** What both extractions make of one body. */
interface Version {
  record: AppRecord;
  naive: AppRecord;
}

function extractBoth(app: AppBody): Version {
  return { record: extractApp(app), naive: naiveExtractApp(app) };
}

function changesOf(old: Version, next: Version): { found: Changes; expected: Changes } {
  return { found: diffRecords(old.record, next.record), expected: naiveDiff(old.naive, next.naive) };
}

test('no change between generated bodies is missing, invented or doubled', () => {
  const random = randomIntegers(17);
  const differing: unknown[] = [];
  const fields = new Set<string>();
  for (let i = 0; i < 2_500; i++) {
    const block = randomlyChanged(random, fullApp);
    const [old, next] = [block, randomlyChanged(random, block)].map((body) =>
      extractIfPossible({
        appid: 1000,
        changeNumber: i,
        missingToken: random(6) === 0,
        body: appBody(body),
      }),
    );
    if (!old || !next) continue;
    const changes = changesOf(old, next);
    if (!isDeepStrictEqual(changes.found, changes.expected)) differing.push(changes);
    for (const field of Object.keys(changes.found)) fields.add(field);
  }
  expect(differing.slice(0, 3)).toEqual([]);
  expect(fields.size).toBeGreaterThan(25);
});

function extractIfPossible(app: AppBody): Version | undefined {
  try {
    return extractBoth(app);
  } catch {
    return undefined;
  }
}

describe.skipIf(recordedTexts.length === 0)('recorded versions (skipped without recorded PICS data)', () => {
  test('no change from one version to the next, or back, is missing, invented or doubled', () => {
    const differing: string[] = [];
    let changed = 0;
    for (const texts of Map.groupBy(recordedTexts, ({ appid }) => appid).values()) {
      const versions = texts
        .toSorted((a, b) => a.changeNumber - b.changeNumber)
        .map(({ appid, changeNumber, read }) =>
          extractBoth({ appid, changeNumber, missingToken: false, body: read() }),
        );
      for (const [index, next] of versions.entries()) {
        const old = versions[index - 1] ?? next;
        for (const { found, expected } of [changesOf(old, next), changesOf(next, old)]) {
          if (!isDeepStrictEqual(found, expected))
            differing.push(`${next.record.appid} ${next.record.changeNumber}`);
          if (Object.keys(found).length > 0) changed++;
        }
      }
    }
    expect(differing).toEqual([]);
    expect(changed).toBeGreaterThan(5_000);
  });
});
