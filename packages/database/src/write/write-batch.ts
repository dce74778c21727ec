import { DatabaseUnavailable, describeError, type WriteAppsJob } from '@pics/core';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import { isDatabaseUnavailable } from '../is-database-unavailable.ts';
import { listOutcomes, type Outcome } from './outcomes.ts';
import { writeOutcomes, type WriteCounts } from './write-outcomes.ts';

type Batch = Pick<WriteAppsJob, 'batchId' | 'changeNumber'>;

/**
 * Writes what came of a batch and settles its apps in the ledger, in one transaction: whatever interrupts it, either all
 * of it is there or nothing, and the same job again changes no row.
 *
 * - An answer older than what is stored changes no row.
 * - A full answer replaces every family; what it does not carry is gone.
 * - A restricted answer replaces what its sections carry, and nothing else.
 * - An app that Steam no longer knows keeps its rows and is marked removed; one that was never stored is not stored.
 *
 * When Postgres refuses a row, for whatever reason, the batch is halved until the app that brought it is alone. That app
 * fails with Postgres' words in the ledger, the others are written.
 *
 * @throws DatabaseUnavailable when Postgres cannot be used right now; Error when it is not the tables this project made.
 * Nothing is lost either way: run the job again.
 */
export async function writeBatch(db: Database, job: WriteAppsJob): Promise<WriteCounts> {
  return writeNarrowing(db, job, listOutcomes(job));
}

async function writeNarrowing(
  db: Database,
  batch: Batch,
  outcomes: readonly Outcome[],
): Promise<WriteCounts> {
  try {
    return await inTransaction(db, (trx) => writeOutcomes(trx, batch, outcomes));
  } catch (error) {
    if (isDatabaseUnavailable(error))
      throw new DatabaseUnavailable('the batch was not written', { cause: error });
    if (isNoFaultOfTheApps(error)) throw error;
    if (outcomes.length > 1) {
      const half = Math.ceil(outcomes.length / 2);
      const first = await writeNarrowing(db, batch, outcomes.slice(0, half));
      return add(first, await writeNarrowing(db, batch, outcomes.slice(half)));
    }
    return writeRefused(db, batch, outcomes, error);
  }
}

async function writeRefused(
  db: Database,
  batch: Batch,
  outcomes: readonly Outcome[],
  refusal: unknown,
): Promise<WriteCounts> {
  const error = describeError(new RowRefused(refusal));
  return inTransaction(db, (trx) =>
    writeOutcomes(
      trx,
      batch,
      outcomes.map(({ appid }) => ({ kind: 'failed', appid, error })),
    ),
  );
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

/** Missing tables or columns (42), missing rights (42501), another database (3D, 3F), no logon (28), broken transactions (25). */
function isNoFaultOfTheApps(error: unknown): boolean {
  return /^(42P01|42703|42501|3D|3F|28|25)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function add(one: WriteCounts, other: WriteCounts): WriteCounts {
  return {
    added: one.added + other.added,
    changed: one.changed + other.changed,
    unchanged: one.unchanged + other.unchanged,
    removed: one.removed + other.removed,
    failed: one.failed + other.failed,
    unsettled: one.unsettled + other.unsettled,
  };
}
