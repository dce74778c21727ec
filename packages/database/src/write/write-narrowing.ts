import { DatabaseUnavailable, describeError, type AppRecord, type KeptColumns } from '@pics/core';
import { LOCK_TIMEOUT_MS, type Database } from '../connection/connect-database.ts';
import { isDatabaseUnavailable } from '../connection/is-database-unavailable.ts';
import {
  findLocked,
  isLockTimeout,
  isStatementTimeout,
  LockHeld,
  namingHolder,
} from '../connection/locks.ts';
import type { DocumentOptions } from './documents.ts';
import type { HistorySettings } from './history/write-history.ts';
import { findExistingTables, type ExistingTables } from './existing-tables.ts';
import { givingWay } from './giving-way.ts';
import type { Batch, Outcome } from './outcomes.ts';
import { addRowChanges } from './row-changes.ts';
import { codeOf, RowRefused } from './row-refused.ts';
import { writeOutcomes, type WriteCounts, type WriteResult } from './write-outcomes.ts';

/**
 * How long a batch is narrowed because of locks or slow statements. What is not found by then is pending again, for each
 * step of the search takes seconds, and other batches wait.
 */
const LONGEST_SEARCH_MS = 30_000;

/** A lock that the whole batch has waited for in vain is not waited for as long again in each of its parts. */
const SEARCH_LOCK_TIMEOUT_MS = 1_000;

/** A batch on its way to the database. */
export interface Writing extends Batch {
  /** When to stop looking for the apps that are slow or locked, in the time of `performance.now()`. */
  giveUpAt: number;
  /** How long to wait for a lock. Set for each transaction, because behind a transaction pooler no session has a setting. */
  lockTimeoutMs: number;
  keep: KeptColumns;
  documents: DocumentOptions;
  history: HistorySettings;
  /** What the tables demand, as far as it is known. */
  tables: ExistingTables;
  onPostponed: OnPostponed;
}

type OnPostponed = (reason: string, appids: readonly number[]) => void;

export async function startWriting(
  db: Database,
  { batchId, changeNumber }: Batch,
  { keep, documents, history, onPostponed }: Pick<Writing, 'keep' | 'documents' | 'history' | 'onPostponed'>,
): Promise<Writing> {
  return {
    batchId,
    changeNumber,
    giveUpAt: performance.now() + LONGEST_SEARCH_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    keep,
    documents,
    history,
    tables: await readTables(db, keep),
    onPostponed,
  };
}

/** @throws DatabaseUnavailable when Postgres cannot be used right now. */
function readTables(db: Database, keep: KeptColumns, again = false): Promise<ExistingTables> {
  return findExistingTables(db, keep, { again }).catch((error: unknown) => {
    if (!isDatabaseUnavailable(error)) throw error;
    throw new DatabaseUnavailable('Postgres cannot be used right now', { cause: error });
  });
}

/**
 * Writes these outcomes in one transaction. When that is refused, takes too long or meets a lock, writes parts of them, each
 * in a transaction of its own, until the apps that are the reason are alone.
 */
export async function writeNarrowing(
  db: Database,
  batch: Writing,
  outcomes: readonly Outcome[],
): Promise<WriteResult> {
  if (outcomes.length === 0) return NOTHING_WRITTEN;
  try {
    return await write(db, batch, outcomes);
  } catch (error) {
    if (isNoFaultOfTheApps(error)) throw error;
    const takesTime = isLockTimeout(error) || isStatementTimeout(error);
    if (takesTime && performance.now() > batch.giveUpAt) return postpone(db, batch, outcomes, error);
    if (!takesTime) batch.tables = await readTables(db, batch.keep, true);
    if (outcomes.length === 1) return writeAlone(db, batch, outcomes);
    const locked = isLockTimeout(error)
      ? await findLocked(
          db,
          outcomes.map(({ appid }) => appid),
        )
      : new Set<number>();
    if (locked.size > 0) return writeAround(db, batch, outcomes, locked);
    const half = Math.ceil(outcomes.length / 2);
    const narrowed = { ...batch, lockTimeoutMs: SEARCH_LOCK_TIMEOUT_MS };
    const first = await writeNarrowing(db, narrowed, outcomes.slice(0, half));
    return add(first, await writeNarrowing(db, narrowed, outcomes.slice(half)));
  }
}

/** Writes the apps that nobody holds first, together, and then each of the others. */
async function writeAround(
  db: Database,
  batch: Writing,
  outcomes: readonly Outcome[],
  locked: ReadonlySet<number>,
): Promise<WriteResult> {
  const free = outcomes.filter(({ appid }) => !locked.has(appid));
  let result = await writeNarrowing(db, batch, free);
  for (const outcome of outcomes.filter(({ appid }) => locked.has(appid))) {
    result = add(
      result,
      performance.now() > batch.giveUpAt
        ? await postpone(db, batch, [outcome], new LockHeld())
        : await writeAlone(db, batch, [outcome]),
    );
  }
  return result;
}

/**
 * Writes one app that was refused once more, and records the refusal when it is refused again: another program may have
 * removed a name at the very moment of the first.
 */
async function writeAlone(db: Database, batch: Writing, outcomes: readonly Outcome[]): Promise<WriteResult> {
  try {
    return await namingHolder(db, SEARCH_LOCK_TIMEOUT_MS, (trx) => writeOutcomes(trx, batch, outcomes));
  } catch (error) {
    if (isNoFaultOfTheApps(error)) throw error;
    if (isLockTimeout(error)) return postpone(db, batch, outcomes, error);
    return write(
      db,
      batch,
      outcomes.map(({ appid }) =>
        isStatementTimeout(error)
          ? { result: 'missing', appid, reason: describeError(new WriteTooSlow(error)), counts: true }
          : {
              result: 'failed',
              appid,
              error: describeError(RowRefused.because(error, batch.tables, recordOf(outcomes))),
            },
      ),
    );
  }
}

/**
 * Makes apps pending again, with the reason and no attempt counted. When it is their row in the ledger that is held, they
 * stay in flight without a job, and the producer releases them once the row is free.
 */
async function postpone(
  db: Database,
  batch: Writing,
  outcomes: readonly Outcome[],
  error: unknown,
): Promise<WriteResult> {
  const reason = describeError(
    isStatementTimeout(error) ? new WriteTooSlow(error) : error instanceof LockHeld ? error : new LockHeld(),
  );
  const appids = outcomes.map(({ appid }) => appid);
  batch.onPostponed(reason, appids);
  try {
    return await write(
      db,
      batch,
      appids.map((appid) => ({ result: 'postponed', appid, reason })),
    );
  } catch (failure) {
    if (!isLockTimeout(failure)) throw failure;
    return { ...NOTHING_WRITTEN, counts: { ...NOTHING_WRITTEN.counts, unsettled: outcomes.length } };
  }
}

function write(db: Database, batch: Writing, outcomes: readonly Outcome[]): Promise<WriteResult> {
  return givingWay(db, batch.lockTimeoutMs, (trx) => writeOutcomes(trx, batch, outcomes));
}

function recordOf([outcome]: readonly Outcome[]): AppRecord | undefined {
  return outcome?.result === 'record' ? outcome.record : undefined;
}

/** Why a write was ended half-way, under a name that failures can be grouped by. */
class WriteTooSlow extends Error {
  override name = 'WriteTooSlow';

  constructor(cause: unknown) {
    super(`writing it took longer than a statement may take (${codeOf(cause)})`, { cause });
  }
}

/**
 * Whether an error lies with the database itself: it is unavailable, or has missing tables or columns (42P01, 42703), missing rights (42501), another
 * database (3D, 3F), no logon (28), broken transactions (25), and what Postgres or its system got wrong (XX, 58).
 */
export function isNoFaultOfTheApps(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  return /^(42P01|42703|42501|3D|3F|28|25|XX|58)/.test(codeOf(error));
}

const NOTHING_WRITTEN: WriteResult = {
  counts: { added: 0, changed: 0, unchanged: 0, removed: 0, failed: 0, unsettled: 0 },
  rows: {},
};

function add(one: WriteResult, other: WriteResult): WriteResult {
  const sum = (name: keyof WriteCounts) => one.counts[name] + other.counts[name];
  return {
    counts: {
      added: sum('added'),
      changed: sum('changed'),
      unchanged: sum('unchanged'),
      removed: sum('removed'),
      failed: sum('failed'),
      unsettled: sum('unsettled'),
    },
    rows: addRowChanges(one.rows, other.rows),
  };
}
