import { APP_COLUMNS, appColumns, type AppRecord, type Changes, type Json, snakeCase } from '@pics/core';
import { isDeepStrictEqual } from 'node:util';
import { rowJson } from './column-json.ts';
import { diffBranches } from './diff-branches.ts';
import { diffDeck } from './diff-deck.ts';
import { diffByKey } from './diff-by-key.ts';
import { diffSets } from './diff-sets.ts';

/**
 * What changed in an app from one record to the next, as a reader of the tables would see it. A list in another order has not
 * changed, and neither has a missing value that becomes an empty one.
 *
 * A section that the next record lacks has not changed, because it will not be written; one that only the next record has was
 * empty before. Both records must come from the same extraction: a field that only one of them reads would look like a change.
 */
export function diffRecords(old: AppRecord, next: AppRecord): Changes {
  return {
    ...diffColumns(old, next),
    ...diffLanguages(old, next),
    ...diffSets(old, next),
    ...diffDeck(old, next),
    ...diffBranches(old, next),
  };
}

function diffColumns(old: AppRecord, next: AppRecord): Changes {
  const [before, after] = [rowJson(appColumns(old)), rowJson(appColumns(next))];
  const changes: Changes = {};
  for (const column of comparedColumns(next)) {
    const change = { old: before[column] ?? null, new: after[column] ?? null };
    if (!isDeepStrictEqual(unordered(change.old), unordered(change.new))) changes[column] = change;
  }
  return changes;
}

/** The columns of `apps` that a write of this record replaces, except `languages`. */
function comparedColumns(next: AppRecord): string[] {
  const columns = (['common', 'extended', 'depots'] as const).flatMap((section) =>
    next[section] ? Object.keys(APP_COLUMNS[section]) : [],
  );
  // `is_free` keeps its value when a response has none.
  const skipped = ['languages', ...(next.extended?.isFree === null ? ['isFree'] : [])];
  return ['picsAccess', ...columns].filter((column) => !skipped.includes(column)).map(snakeCase);
}

function unordered(value: Json): Json | Set<Json> {
  return Array.isArray(value) ? new Set<Json>(value) : value;
}

function diffLanguages(old: AppRecord, next: AppRecord): Changes {
  if (!next.common) return {};
  const languages = diffByKey(
    Object.entries(old.common?.languages ?? {}),
    Object.entries(next.common.languages ?? {}),
  );
  return Object.keys(languages).length === 0 ? {} : { languages };
}
