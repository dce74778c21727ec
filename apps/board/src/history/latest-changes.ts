import { listLatestEvents, type Database, type LatestEvent } from '@pics/database';
import { describeEvents, type DescribedEvent } from '@pics/operations';
import { formatPosition, type EventQuery } from './event-query.ts';

/** How many changes are on a page. */
export const CHANGES_PAGE_SIZE = 50;

/** A page of the changes of all apps, the newest first. */
export interface ChangesPage {
  at: Date;
  events: DescribedEvent<LatestEvent>[];
  /** The position from which the next page continues; null on the last one. */
  next: string | null;
}

/** Reads a page of changes. */
export async function readChangesPage(database: Database, query: EventQuery): Promise<ChangesPage> {
  const { events } = await listLatestEvents(database, { ...query, limit: CHANGES_PAGE_SIZE + 1 });
  return pageOf(await describeEvents(database, events));
}

/**
 * Returns a function that reads the first page. From the second call on it queries only new events, so that all events are not
 * searched every two seconds for a field that seldom changes.
 */
export function followChanges(database: Database, query: EventQuery): () => Promise<ChangesPage> {
  let events: DescribedEvent<LatestEvent>[] = [];
  let from: string | undefined;
  return async () => {
    const latest = await listLatestEvents(database, { ...query, from, limit: CHANGES_PAGE_SIZE + 1 });
    const described = latest.events.length === 0 ? [] : await describeEvents(database, latest.events);
    events = [...described, ...events].slice(0, CHANGES_PAGE_SIZE + 1);
    from = latest.seenBefore;
    return pageOf(events);
  };
}

function pageOf(found: readonly DescribedEvent<LatestEvent>[]): ChangesPage {
  const events = found.slice(0, CHANGES_PAGE_SIZE);
  const last = found.length > events.length ? events.at(-1) : undefined;
  return { at: new Date(), events, next: last ? formatPosition(last) : null };
}
