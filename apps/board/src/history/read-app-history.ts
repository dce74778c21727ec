import {
  findOldestVersion,
  listBranches,
  listBuilds,
  listEvents,
  type Build,
  type Database,
  type StoredBranch,
} from '@pics/database';
import { describeEvents, type DescribedEvent } from '@pics/operations';
import type { HistoryQuery } from './event-query.ts';

/** How many changes are on a page. */
const PAGE_SIZE = 30;

/** The most builds on the page of an app, which would otherwise take long to load. The API has all of them. */
export const MOST_BUILDS = 500;

/** The history on the page of an app. */
export interface AppHistory {
  query: HistoryQuery;
  /** The newest first. */
  events: DescribedEvent[];
  /** The id before which the next page begins; null on the last one. */
  next: number | null;
  branches: StoredBranch[];
  builds: Build[];
  /** The change number of the oldest stored text; undefined if none has been replaced yet. */
  oldestVersion: number | undefined;
}

/** Reads a page of the changes of an app, its branches, its builds, and how far back its texts go. */
export async function readAppHistory(
  database: Database,
  appid: number,
  query: HistoryQuery,
): Promise<AppHistory> {
  const { field, before, change: upTo } = query;
  const [found, branches, builds, oldestVersion] = await Promise.all([
    listEvents(database, appid, { field, before, upTo, limit: PAGE_SIZE + 1 }),
    listBranches(database, appid),
    listBuilds(database, appid, { limit: MOST_BUILDS }),
    findOldestVersion(database, appid),
  ]);
  const events = await describeEvents(database, found.slice(0, PAGE_SIZE));
  return {
    query,
    events,
    next: found.length > PAGE_SIZE ? (events.at(-1)?.id ?? null) : null,
    branches,
    builds,
    oldestVersion,
  };
}
