import { appidSchema } from '@pics/core';
import {
  findListEntries,
  hasManyEntries,
  LIST_NAMES,
  listApps,
  type AppList,
  type Database,
  type ListEntry,
  type ListName,
} from '@pics/database';
import { z } from 'zod';
import { PAGE_SIZE, pageParameter } from '../api/search.ts';
import { createEntryCounts } from './entry-counts.ts';

export const listName = z.enum(LIST_NAMES);

/** How many lists are on a page of an index. */
export const ENTRIES_PAGE_SIZE = 100;

export const indexQuery = z.object({
  q: z.string().trim().max(100, 'must have at most 100 characters').default(''),
  page: pageParameter,
});

export const listQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(appidSchema)
    .optional(),
  page: pageParameter,
});

/** One page of an index, such as that of all tags. */
export interface EntryPage {
  entries: ListEntry[];
  total: number;
  /** Whether there may be more, which only a search by name finds. */
  isCut: boolean;
}

/** Reads indexes of lists, and lists of apps, for pages and API. */
export interface ListReader {
  readIndex(list: ListName, query: z.output<typeof indexQuery>): Promise<EntryPage>;
  readApps(list: ListName, key: string, after: number | undefined): Promise<AppList | undefined>;
}

export function createListReader(database: Database): ListReader {
  const getCounts = createEntryCounts(database);
  return {
    async readIndex(list, { q, page }) {
      const found =
        q !== '' && hasManyEntries(list)
          ? await findListEntries(database, list, q)
          : filterByName(await getCounts(list), q);
      const start = (page - 1) * ENTRIES_PAGE_SIZE;
      return {
        entries: found.slice(start, start + ENTRIES_PAGE_SIZE),
        total: found.length,
        isCut: hasManyEntries(list) && found.length >= 1_000,
      };
    },
    readApps: (list, key, after) => listApps(database, { list, key, after, limit: PAGE_SIZE }),
  };
}

function filterByName(entries: readonly ListEntry[], text: string): ListEntry[] {
  const wanted = text.toLowerCase();
  return entries.filter(({ name }) => name.toLowerCase().includes(wanted));
}
