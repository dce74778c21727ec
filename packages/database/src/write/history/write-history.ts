import type { AppRecord } from '@pics/core';
import type { Transaction } from 'kysely';
import type { Schema } from '../../schema.ts';
import type { StoredApp } from '../apps.ts';
import type { NewText } from '../documents.ts';
import type { ExistingTables } from '../existing-tables.ts';
import type { Outcome } from '../outcomes.ts';
import { rowCounts, type RowCounts } from '../row-changes.ts';
import { writeBranches } from './branches.ts';
import { writeEvents, type DiffRecords } from './events.ts';
import { findLateTexts } from './late-texts.ts';
import { readOldRecords, type ToRecord } from './old-records.ts';
import { decodeReplaced, listReplacedTexts } from './replaced-texts.ts';
import { writeVersions } from './versions.ts';

/** How to read texts and compare records: two functions of packages/appinfo, which this package may not import. */
export interface HistoryOptions {
  toRecord: ToRecord;
  diffRecords: DiffRecords;
}

/** What to keep of the past. */
export interface HistorySettings {
  /** Whether texts are stored. If not, every app of a batch has to be compared with its rows. */
  storesTexts: boolean;
  /** Whether replaced texts are stored too. */
  keepsVersions: boolean;
  /** How to find out what changed; undefined if no events are to be written. */
  events: HistoryOptions | undefined;
}

/** A batch that is being written, and what was stored before it. */
export interface WrittenBatch {
  /** Outcomes at least as new as what was stored, with records as Steam sent them. */
  outcomes: readonly Outcome[];
  /** Outcomes older than what was stored: they change no row, but their texts are kept. */
  late: readonly Outcome[];
  /** The apps that had a row. */
  stored: ReadonlyMap<number, StoredApp>;
  /** The last change number at which Steam is known to have sent the document that was stored. */
  lastChangeNumberOf: (appid: number) => number | null;
  /** The texts that differ from the stored ones. */
  newTexts: readonly NewText[];
  tables: ExistingTables;
}

type HistoryRows = Record<'appBranches' | 'appBuilds' | 'appVersions' | 'picsEvents', RowCounts>;

/**
 * Writes the history of a batch: the texts that it replaces, branches and builds, and an event for each app that changed.
 *
 * Changes are found by extracting the stored text and the new one with the same code, so a release that extracts more reports
 * no changes of its own making. An app whose text is unchanged costs nothing.
 */
export async function writeHistory(
  trx: Transaction<Schema>,
  batch: WrittenBatch,
  { storesTexts, keepsVersions, events }: HistorySettings,
): Promise<HistoryRows> {
  const { newTexts, late, lastChangeNumberOf } = batch;
  const replacements = newTexts.map(decodeReplaced);
  const appVersions = keepsVersions
    ? await writeVersions(trx, [
        ...replacements.flatMap((replacement) => listReplacedTexts(replacement, lastChangeNumberOf)),
        ...(await findLateTexts(trx, late, lastChangeNumberOf)),
      ])
    : rowCounts({});
  const records = listRecords(batch, storesTexts);
  // Before the branches are written, because they are compared too.
  const oldRecords = events && (await readOldRecords(trx, { ...batch, ...events, replacements, records }));
  const branches = await writeBranches(trx, records);
  const picsEvents =
    events && oldRecords ? await writeEvents(trx, { ...batch, ...events, oldRecords }) : rowCounts({});
  return { ...branches, appVersions, picsEvents };
}

/** The records of the batch that may contain a change: where texts are stored, those with a new text. */
function listRecords({ outcomes, newTexts }: WrittenBatch, storesTexts: boolean): AppRecord[] {
  const records = outcomes.flatMap((outcome) => (outcome.result === 'record' ? [outcome.record] : []));
  if (!storesTexts) return records;
  const changed = new Set(newTexts.map(({ appid }) => appid));
  return records.filter(({ appid }) => changed.has(appid));
}
