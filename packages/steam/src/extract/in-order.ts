import type { Entry } from '../keyvalues/select-key-values.ts';
import { MAX_INTEGER, toId, toInteger } from './column-values.ts';

/**
 * The values of one of Steam's lists, which are maps from "0", "1", … to values, in the order of those numbers. Gaps
 * occur; where a key stands twice the first one counts; a key that is no number goes last.
 */
export function inOrder<Value>(list: readonly Entry<Value>[] | undefined): Value[] {
  if (list === undefined) return [];
  const ranks = list.map(({ key }) => toInteger(key, 0, MAX_INTEGER) ?? Infinity);
  const ascending = ranks.every((rank, i) => i === 0 || rank > (ranks[i - 1] ?? 0));
  return (ascending ? list : sorted(list, ranks)).map(({ value }) => value);
}

/** The ids that a list holds, in order, without repeats; what is no id is left out. */
export function idsInOrder(list: readonly Entry<string>[] | undefined): number[] {
  const ids: number[] = [];
  for (const value of inOrder(list)) {
    const id = toId(value);
    if (id !== null && !ids.includes(id)) ids.push(id);
  }
  return ids;
}

function sorted<Value>(list: readonly Entry<Value>[], ranks: readonly number[]): Entry<Value>[] {
  const firstByKey = new Map<string, { entry: Entry<Value>; rank: number }>();
  list.forEach((entry, i) => {
    const key = entry.key.toLowerCase();
    if (!firstByKey.has(key)) firstByKey.set(key, { entry, rank: ranks[i] ?? Infinity });
  });
  const ranked = [...firstByKey.values()];
  // Infinity less Infinity is no number.
  return ranked.sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank)).map(({ entry }) => entry);
}
