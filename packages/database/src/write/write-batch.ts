import type { KeptColumns, FetchedApps } from '@pics/core';
import type { Database } from '../connection/connect-database.ts';
import type { HistoryOptions } from './history/write-history.ts';
import { listOutcomes } from './outcomes.ts';
import type { RowChanges } from './row-changes.ts';
import type { ToSections } from './sections.ts';
import { startWriting, writeNarrowing } from './write-narrowing.ts';
import type { WriteCounts } from './write-outcomes.ts';

export interface WriteOptions {
  /** Tables and columns in which stored values are never replaced or deleted; missing ones are filled. */
  keep?: KeptColumns;
  /** `off` stores no texts, and deletes stored ones once Steam sends something else. */
  documents?: 'off' | 'latest' | 'versions';
  /** The sections of a text to store as JSON; none by default. */
  toSections?: ToSections;
  /** How to find out what changed in an app; by default no events are written. */
  history?: HistoryOptions;
  /** Called with what was done to the rows of each table, once all of it is committed. */
  onRows?: (rows: RowChanges) => void;
  /** Called with the apps that cannot be written now, and why: another program's open transaction has locked their rows. */
  onPostponed?: (reason: string, appids: readonly number[]) => void;
}

/**
 * Writes the outcome of a batch and settles its apps in the ledger, in one transaction: whatever interrupts it, either all of
 * it is written or nothing, and running the same job again changes no row.
 *
 * - A response older than the stored one changes no row.
 * - A full response replaces everything that is stored of the app; what it leaves out is removed.
 * - A restricted response replaces only what its sections contain.
 * - An app that Steam no longer knows keeps its rows and is marked removed; one that was never stored is not stored.
 * - The exact text is stored with the rows; that of a restricted response beside the last full one.
 * - What changed in an app is stored as an event, with the text that was replaced.
 *
 * When Postgres refuses a row, for whatever reason, the batch is halved until the app with that row is alone. That app fails,
 * with Postgres' message and the SQL that would allow it in the ledger, and the others are written. An app that refers to apps
 * without a row, where a foreign key requires one, is written without these references and requested again. An app that takes
 * too long to write even alone loses an attempt. An app with a row that another program's open transaction has locked loses
 * none: it is pending again, and its reason names that program.
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
