import type { KeptColumns, FetchedApps } from '@pics/core';
import type { Database } from '../connection/connect-database.ts';
import type { HistoryOptions } from './history/write-history.ts';
import { listOutcomes } from './outcomes.ts';
import type { RowChanges } from './row-changes.ts';
import type { ToSections } from './sections.ts';
import { startWriting, writeNarrowing } from './write-narrowing.ts';
import type { WriteCounts } from './write-outcomes.ts';

export interface WriteOptions {
  /** Tables and columns in which what is stored is never replaced or deleted; what is missing is filled. */
  keep?: KeptColumns;
  /** `off` stores no texts, and deletes those that are no longer what Steam sends. */
  documents?: 'off' | 'latest' | 'versions';
  /** The sections of a text to store as JSON; none by default. */
  toSections?: ToSections;
  /** How to find out what changed in an app; without it no events are written. */
  history?: HistoryOptions;
  /** Called with what was done to the rows of each table, once all of it is committed. */
  onRows?: (rows: RowChanges) => void;
  /** Called with the apps that could not be written now, and why: somebody else's open transaction holds their rows. */
  onPostponed?: (reason: string, appids: readonly number[]) => void;
}

/**
 * Writes the outcome of a batch and settles its apps in the ledger, in one transaction: whatever interrupts it, either all of
 * it is there or nothing, and the same job again changes no row.
 *
 * - A response older than what is stored changes no row.
 * - A full response replaces everything that is stored of the app; what it does not carry is removed.
 * - A restricted response replaces what its sections carry, and nothing else.
 * - An app that Steam no longer knows keeps its rows and is marked removed; one that was never stored is not stored.
 * - The exact texts are stored with the rows; of a restricted response beside that of the last full one.
 * - What changed is stored as an event for each app, with the text that was replaced.
 *
 * When Postgres refuses a row, for whatever reason, the batch is halved until the app that brought it is alone. That app
 * fails with Postgres' words in the ledger and the SQL that would let it in, the others are written. An app that refers to
 * apps without a row, where a foreign key requires one, is written without these references and asked for again. An app that takes too long to write even alone costs an
 * attempt. An app of which somebody else's open transaction holds a row costs none: it is pending again, with the holder as
 * its reason.
 *
 * @throws DatabaseUnavailable when Postgres cannot be used right now; Error when its tables are not those of the migrations.
 * Nothing is lost either way: run the job again.
 */
export async function writeBatch(
  db: Database,
  job: FetchedApps,
  {
    keep = [],
    documents = 'latest',
    toSections = () => new Map<string, string>(),
    history,
    onRows,
    onPostponed = () => {},
  }: WriteOptions = {},
): Promise<WriteCounts> {
  const { counts, rows } = await writeNarrowing(
    db,
    await startWriting(db, job, {
      keep,
      documents: { areStored: documents !== 'off', toSections },
      history: {
        storesTexts: documents !== 'off',
        keepsVersions: documents === 'versions',
        events: history,
      },
      onPostponed,
    }),
    listOutcomes(job),
  );
  onRows?.(rows);
  return counts;
}
