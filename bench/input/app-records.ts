import type { AppRecord } from '@pics/core';
import { extractApp } from '@pics/appinfo';
import { readAppEntries } from './app-entries.ts';

export interface AppRecords {
  /** What they are, for the table. */
  origin: string;
  /** One of each app, in the order of their ids. */
  records: AppRecord[];
}

/** Above every id that Steam has given out so far, and low enough for copies to fit their column. */
const SHIFT = 10_000_000;

/**
 * Records of at least so many apps: the newest of each app for which there is an entry, and copies of all of them until
 * there are enough. A copy is another app to a database, with another id, and with companies and franchises of its own:
 * there are as many names for an app as in the original.
 */
export async function readAppRecords(count: number): Promise<AppRecords> {
  const { origin, entries } = await readAppEntries();
  const newest = new Map(entries.map((entry) => [entry.appid, entry]));
  const originals = [...newest.values()].map(extractApp).sort((a, b) => a.appid - b.appid);
  const copies = Math.ceil(count / originals.length);
  const records = Array.from({ length: copies }, (_, copy) =>
    copy === 0 ? originals : originals.map((record) => copyOf(record, copy)),
  );
  return {
    origin: `${originals.length} apps from ${origin}${copies > 1 ? `, ${copies} times under ids of their own` : ''}`,
    records: records.flat(),
  };
}

function copyOf(record: AppRecord, copy: number): AppRecord {
  const rename = (names: readonly string[]) => names.map((name) => `${name} ${copy}`);
  return {
    ...record,
    appid: record.appid + copy * SHIFT,
    ...(record.common && { common: { ...record.common, franchises: rename(record.common.franchises) } }),
    ...(record.developers && { developers: rename(record.developers) }),
    ...(record.publishers && { publishers: rename(record.publishers) }),
  };
}

/** The next answers about the same apps: all with a newer change number, every fiftieth with something else to say. */
export function changeALittle(records: readonly AppRecord[]): AppRecord[] {
  return records.map((record, index) => {
    const next = { ...record, changeNumber: record.changeNumber + 1 };
    if (index % 50 !== 0 || !next.common) return next;
    const { reviewPercentage, tagIds } = next.common;
    const [first, ...others] = tagIds;
    return {
      ...next,
      common: {
        ...next.common,
        reviewPercentage: ((reviewPercentage ?? 0) + 1) % 101,
        // The first tag falls to the last place, which changes the rank of every one.
        tagIds: first === undefined ? tagIds : [...others, first],
      },
    };
  });
}
