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
 * How long to narrow down a batch because of locks or slow statements. Apps not written by then are pending again: each step of
 * the search takes seconds, and other batches wait.
 */
const LONGEST_SEARCH_MS = 30_000;

/** When the whole batch has waited for a lock in vain, its parts do not each wait as long. */
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
  /** What the tables require, as far as known. */
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
 * Writes these outcomes in one transaction. If that is refused, takes too long or waits for a lock, writes parts of them in
 * separate transactions, until the apps at fault are alone.
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

/** Writes first the apps that no other transaction has locked, together, and then each of the others. */
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
 * Writes one app once more, and records the refusal if it is refused again: the first time, another program may have just
 * removed a name.
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
 * Makes apps pending again with the reason, without counting an attempt. If their row in the ledger is locked, they stay in
 * flight without a job, and the producer releases them once the row is free.
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
 * Whether an error is the fault of the database itself: it is unavailable, tables or columns are missing (42P01, 42703), rights
 * are missing (42501), it is another database (3D, 3F), the logon fails (28), a transaction is in a wrong state (25), or
 * Postgres or its system failed (XX, 58).
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
