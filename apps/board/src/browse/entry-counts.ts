import { countListEntries, type Database, type ListEntry, type ListName } from '@pics/database';

/** Counts older than this are counted again. */
const FRESH_MS = 60_000;

/** Counts older than this are not shown while they are counted again. */
const STALE_MS = 10 * 60_000;

interface Counted {
  entries: Promise<ListEntry[]>;
  startedAt: number;
}

/**
 * Caches the counts of tags, genres, developers and so on. Counting reads a whole table, so only the first reader waits for it;
 * later ones get the counts of the last minute, or those of the last ten minutes while they are counted again. A failure goes
 * to those who wait for it and is not cached.
 */
export function createEntryCounts(
  database: Database,
  now: () => number = () => performance.now(),
): (list: ListName) => Promise<ListEntry[]> {
  const counted = new Map<ListName, Counted>();
  const counting = new Map<ListName, Promise<ListEntry[]>>();
  const count = (list: ListName): Promise<ListEntry[]> => {
    const running = counting.get(list);
    if (running) return running;
    const startedAt = now();
    const entries = countListEntries(database, list).finally(() => counting.delete(list));
    counting.set(list, entries);
    entries.then(
      () => counted.set(list, { entries, startedAt }),
      () => {}, // Whoever waits gets the error; without anyone, the next reader counts again.
    );
    return entries;
  };
  return (list) => {
    const latest = counted.get(list);
    const age = latest ? now() - latest.startedAt : Number.POSITIVE_INFINITY;
    if (latest && age < FRESH_MS) return latest.entries;
    const counts = count(list);
    return latest && age < STALE_MS ? latest.entries : counts;
  };
}
