import type { DeckReport } from '@pics/core';
import type { EntryTree } from '../keyvalues/select-key-values.ts';
import type { Common } from './app-info.ts';
import { MAX_SMALLINT, MIN_SMALLINT, toInteger, toStorable, toText, toTimestamp } from './column-values.ts';
import { inOrder } from './numbered-lists.ts';

/**
 * `common.steam_deck_compatibility`: category (0-3), test_timestamp, tested_build_id, steamos_compatibility,
 * tests.{n} {display, token} in Steam's order and words, and configuration as it is. Null without the block: the app
 * has not been tested.
 */
export function extractDeckReport(report: Common['steam_deck_compatibility']): DeckReport | null {
  if (!report) return null;
  return {
    category: toInteger(report.category, 0, 3),
    testTimestamp: toTimestamp(report.test_timestamp),
    testedBuildId: toText(report.tested_build_id, 'steam_deck_compatibility.tested_build_id'),
    steamosCompatibility: toInteger(report.steamos_compatibility, MIN_SMALLINT, MAX_SMALLINT),
    tests: extractTests(report.tests),
    configuration: report.configuration?.length ? toObject(report.configuration) : null,
  };
}

function extractTests(list: NonNullable<Common['steam_deck_compatibility']>['tests']): DeckReport['tests'] {
  const tests = inOrder(list).map(({ display, token }) => ({
    display: toText(display, 'steam_deck_compatibility.tests.display'),
    token: toText(token, 'steam_deck_compatibility.tests.token'),
  }));
  return tests.length === 0 ? null : tests;
}

const PATH = 'steam_deck_compatibility.configuration';

type Configuration = { [key: string]: string | Configuration };

/** A tree as an object with string leaves. The first of equal keys counts. */
function toObject(tree: EntryTree): Configuration {
  const object: Configuration = {};
  const seen = new Set(['__proto__']); // JSON parsers drop this key, because it could replace the object's prototype.
  for (const { key, value } of tree) {
    const name = toStorable(key, PATH);
    const folded = name.toLowerCase();
    if (seen.has(folded)) continue;
    seen.add(folded);
    object[name] = typeof value === 'string' ? toStorable(value, PATH) : toObject(value);
  }
  return object;
}
