import type { Database } from '../../connection/connect-database.ts';
import { LISTS, type ListEntry, type ListName } from './lists.ts';

/** More are not counted for an index: they have one app each, and are found by their names. */
const ENTRIES = 1_000;

/**
 * Counts the apps of all lists of one name, such as all tags: those with the most apps first, months the latest first; the
 * first 1,000. It reads a whole table, 0.1 s for 300,000 apps with ten tags each.
 */
export async function countListEntries(db: Database, list: ListName): Promise<ListEntry[]> {
  const { rows } = await LISTS[list].entries(ENTRIES).execute(db);
  return rows;
}

/** Whether there can be more of these lists than `countListEntries` returns. */
export function hasManyEntries(list: ListName): boolean {
  return LISTS[list].find !== undefined;
}

/** Finds the lists with this text in their names among more than `countListEntries` returns, shortest names first. */
export async function findListEntries(db: Database, list: ListName, text: string): Promise<ListEntry[]> {
  const query = LISTS[list].find?.(text, ENTRIES);
  return query ? (await query.execute(db)).rows : [];
}
