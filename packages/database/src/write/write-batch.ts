import { DatabaseUnavailable, describeError, type WriteAppsJob } from '@pics/core';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { listOutcomes, type Batch, type Outcome } from './outcomes.ts';
import { addRowChanges, type RowChanges } from './row-changes.ts';
import { writeOutcomes, type WriteCounts, type WriteResult } from './write-outcomes.ts';

export interface WriteOptions {
  /** Called with what was done to the rows of each table, once all of it is committed. */
  onRows?: (rows: RowChanges) => void;
}

/**
 * Writes the outcome of a batch and settles its apps in the ledger, in one transaction: whatever interrupts it, either all of
 * it is there or nothing, and the same job again changes no row.
 *
 * - A response older than what is stored changes no row.
 * - A full response replaces everything that is stored of the app; what it does not carry is removed.
 * - A restricted response replaces what its sections carry, and nothing else.
 * - An app that Steam no longer knows keeps its rows and is marked removed; one that was never stored is not stored.
 *
 * When Postgres refuses a row, for whatever reason, the batch is halved until the app that brought it is alone. That app
 * fails with Postgres' words in the ledger, the others are written.
 *
 * @throws DatabaseUnavailable when Postgres cannot be used right now; Error when its tables are not those of the migrations.
 * Nothing is lost either way: run the job again.
 */
export async function writeBatch(
  db: Database,
  job: WriteAppsJob,
  { onRows }: WriteOptions = {},
): Promise<WriteCounts> {
  const { counts, rows } = await writeNarrowing(db, job, listOutcomes(job));
  onRows?.(rows);
  return counts;
}

async function writeNarrowing(
  db: Database,
  batch: Batch,
  outcomes: readonly Outcome[],
): Promise<WriteResult> {
  try {
    return await write(db, batch, outcomes);
  } catch (error) {
    if (isNoFaultOfTheApps(error)) throw error;
    if (outcomes.length <= 1) return writeAlone(db, batch, outcomes);
    const half = Math.ceil(outcomes.length / 2);
    const first = await writeNarrowing(db, batch, outcomes.slice(0, half));
    return add(first, await writeNarrowing(db, batch, outcomes.slice(half)));
  }
}

/**
 * Writes one app that was refused once more, and records the refusal when it is refused again: another program may have
 * removed a name at the very moment of the first.
 */
async function writeAlone(db: Database, batch: Batch, outcomes: readonly Outcome[]): Promise<WriteResult> {
  try {
    return await write(db, batch, outcomes);
  } catch (refusal) {
    if (isNoFaultOfTheApps(refusal)) throw refusal;
    const error = describeError(new RowRefused(refusal));
    return write(
      db,
      batch,
      outcomes.map(({ appid }) => ({ result: 'failed', appid, error })),
    );
  }
}

function write(db: Database, batch: Batch, outcomes: readonly Outcome[]): Promise<WriteResult> {
  return inTransaction(db, (trx) => writeOutcomes(trx, batch, outcomes));
}

/** Why Postgres refuses a row, with its code, under a name that failures can be grouped by. */
class RowRefused extends Error {
  override name = 'RowRefused';

  constructor(refusal: unknown) {
    const code = codeOf(refusal);
    const message = refusal instanceof Error ? refusal.message : 'unknown reason';
    super(code ? `${message} (${code})` : message, { cause: refusal });
  }
}

/**
 * Whether an error lies with the database itself: it is unavailable, or has missing tables or columns (42P01, 42703), missing rights (42501), another
 * database (3D, 3F), no logon (28), broken transactions (25), and what Postgres or its system got wrong (XX, 58).
 */
function isNoFaultOfTheApps(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  return /^(42P01|42703|42501|3D|3F|28|25|XX|58)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

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
