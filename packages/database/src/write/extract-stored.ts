import { describeError, type AppRecord, type FailedApp, type KeptColumns } from '@pics/core';
import { LOCK_TIMEOUT_MS, type Database } from '../connection/connect-database.ts';
import { findHolderAfterwards, findLocked, isLockTimeout, LockHeld } from '../connection/locks.ts';
import {
  countDocumentedApps,
  findDocumentedApps,
  pageThroughDocumentedApps,
} from '../documents/find-documents.ts';
import { findExistingTables } from './existing-tables.ts';
import { extractPage, type ExtractApp, type PageResult, type SectionsToStore } from './extract-page.ts';
import { givingWay } from './giving-way.ts';
import { RowRefused } from './row-refused.ts';
import { isNoFaultOfTheApps } from './write-narrowing.ts';

export interface ExtractOptions {
  extractApp: ExtractApp;
  /** Tables and columns in which stored values are never replaced or deleted; missing ones are filled. */
  keep?: KeptColumns;
  /** By default `app_sections` does not change. */
  sections?: SectionsToStore;
  /** Called after each page: so many of the apps with a document are done. */
  onProgress?: (progress: { done: number; total: number }) => void;
  /** Stops after the pages in progress. */
  signal?: AbortSignal;
}

export interface ExtractResult extends PageResult {
  /** Apps with a document. */
  total: number;
  /** How many of them are done: all, unless it was stopped. */
  done: number;
  /** Named apps without a document. */
  without: number[];
}

/** As many as in a batch of the writer: the statements are the same, and they hold their locks as briefly. */
const PAGE_APPS = 200;

/** Two keep Postgres busy while the next page is decompressed and read here. */
const PAGES_AT_ONCE = 2;

/**
 * Writes the rows of apps from their stored documents, without Steam but with the code that writes responses. Use it after a
 * migration has added a column, or when the extraction reads more than before.
 *
 * Each page of apps is one transaction, so an interruption leaves whole pages, and running it again does the rest. Unchanged
 * rows are not written. An app fails alone and keeps its rows when its document is damaged, when Postgres refuses its rows,
 * or when another open transaction has locked one of them.
 *
 * @param selection the apps, of which those without a document are skipped; or all that have one.
 * @throws DatabaseUnavailable when Postgres cannot be used right now; a lock timeout (`isLockTimeout`) when a whole table is
 * locked.
 */
export async function extractStored(
  db: Database,
  selection: { appids: readonly number[] } | { all: true },
  options: ExtractOptions,
): Promise<ExtractResult> {
  const named = 'all' in selection ? undefined : await findDocumentedApps(db, selection.appids);
  const total = named?.length ?? (await countDocumentedApps(db));
  const found = new Set(named);
  const without = 'all' in selection ? [] : selection.appids.filter((appid) => !found.has(appid));
  const pages = named ? cut(named) : pageThroughDocumentedApps(db, PAGE_APPS);
  const first = await runPages(db, pages, total, options);
  // The apps they refer to may have been on later pages.
  const again = cut(first.lacking.map(({ appid }) => appid).sort((a, b) => a - b));
  const second = await runPages(db, again, total, { ...options, onProgress: () => {} });
  return {
    ...first,
    total,
    without: [...new Set(without)],
    lacking: second.lacking,
    failed: [...first.failed, ...second.failed],
  };
}

async function* cut(appids: readonly number[]): AsyncGenerator<number[]> {
  for (let start = 0; start < appids.length; start += PAGE_APPS) yield appids.slice(start, start + PAGE_APPS);
}

/** Runs the pages, a few at a time, until one throws or the signal is aborted; pages in progress are finished. */
async function runPages(
  db: Database,
  pages: AsyncGenerator<number[]>,
  total: number,
  options: ExtractOptions,
): Promise<PageResult & { done: number }> {
  const { signal, onProgress } = options;
  let result: PageResult = NOTHING;
  let done = 0;
  const worker = async () => {
    // Leaving the loop, also by an error, closes the generator, which ends the other workers.
    for await (const appids of pages) {
      if (signal?.aborted) return;
      const page = await extractNarrowing(db, appids, options);
      result = add(result, page);
      done += countApps(page);
      onProgress?.({ done, total });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: PAGES_AT_ONCE }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return { ...result, done };
}

/** Extracts these apps in one transaction. If that fails, extracts parts of them, until the apps at fault are alone. */
async function extractNarrowing(
  db: Database,
  appids: readonly number[],
  options: ExtractOptions,
  again = false,
): Promise<PageResult> {
  if (appids.length === 0) return NOTHING;
  const { keep = [], extractApp, sections } = options;
  const tables = await findExistingTables(db, keep, { again });
  let last: AppRecord | undefined;
  const extractAndRemember: ExtractApp = (app) => (last = extractApp(app));
  try {
    return await givingWay(db, LOCK_TIMEOUT_MS, (trx) =>
      extractPage(trx, appids, { tables, extractApp: extractAndRemember, sections }),
    );
  } catch (error) {
    if (isNoFaultOfTheApps(error)) throw error;
    if (isLockTimeout(error)) return extractAround(db, appids, options, error);
    if (appids.length === 1) return failing(appids, RowRefused.because(error, tables, last));
    const half = Math.ceil(appids.length / 2);
    const first = await extractNarrowing(db, appids.slice(0, half), options, true);
    return add(first, await extractNarrowing(db, appids.slice(half), options));
  }
}

/** Extracts the apps that no other transaction has locked; the others fail. */
async function extractAround(
  db: Database,
  appids: readonly number[],
  options: ExtractOptions,
  error: unknown,
): Promise<PageResult> {
  const holder = await findHolderAfterwards(db);
  const locked = await findLocked(db, appids);
  if (locked.size === 0) throw error;
  const free = appids.filter((appid) => !locked.has(appid));
  return add(failing([...locked], new LockHeld(holder, error)), await extractNarrowing(db, free, options));
}

const NOTHING: PageResult = {
  added: 0,
  changed: 0,
  unchanged: 0,
  newer: 0,
  sections: 0,
  failed: [],
  lacking: [],
};

function failing(appids: readonly number[], error: unknown): PageResult {
  return { ...NOTHING, failed: appids.map((appid): FailedApp => ({ appid, error: describeError(error) })) };
}

function countApps({ added, changed, unchanged, newer, failed }: PageResult): number {
  return added + changed + unchanged + newer + failed.length;
}

function add(one: PageResult, other: PageResult): PageResult {
  return {
    added: one.added + other.added,
    changed: one.changed + other.changed,
    unchanged: one.unchanged + other.unchanged,
    newer: one.newer + other.newer,
    sections: one.sections + other.sections,
    failed: [...one.failed, ...other.failed],
    lacking: [...one.lacking, ...other.lacking],
  };
}
