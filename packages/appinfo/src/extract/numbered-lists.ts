import type { Entry } from '../keyvalues/select-key-values.ts';
import { MAX_INTEGER, toId, toInteger } from './column-values.ts';

/**
 * The values of one of Steam's lists, which are blocks with the keys "0", "1", …, in the order of those numbers. Gaps
 * occur; the first of equal keys counts; keys that are not numbers come last.
 */
export function inOrder<Value>(list: readonly Entry<Value>[] | undefined): Value[] {
  if (list === undefined) return [];
  let previous = -1;
  for (const { key } of list) {
    const rank = rankOf(key);
    if (rank <= previous) return sorted(list).map(({ value }) => value);
    previous = rank;
  }
  return list.map(({ value }) => value);
}

/** The ids in a list, in order and without repeats; whatever is not an id is left out. */
export function idsInOrder(list: readonly Entry<string>[] | undefined): number[] {
  const ids: number[] = [];
  for (const value of inOrder(list)) {
    const id = toId(value);
    if (id !== null && !ids.includes(id)) ids.push(id);
  }
  return ids;
}

function rankOf(key: string): number {
  return toInteger(key, 0, MAX_INTEGER) ?? Infinity;
}

function sorted<Value>(list: readonly Entry<Value>[]): Entry<Value>[] {
  const firstByKey = new Map<string, Entry<Value>>();
  for (const entry of list) {
    const key = entry.key.toLowerCase();
    if (!firstByKey.has(key)) firstByKey.set(key, entry);
  }
  const ranked = [...firstByKey.values()].map((entry) => ({ ...entry, rank: rankOf(entry.key) }));
  // Infinity minus Infinity is NaN.
  return ranked.sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank));
}
