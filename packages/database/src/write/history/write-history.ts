import type { AppRecord, Changes } from '@pics/core';
import type { Transaction } from 'kysely';
import { decodeDocument, DocumentDamaged } from '../../documents/decode-document.ts';
import type { StoredDocument } from '../../documents/find-documents.ts';
import type { Schema } from '../../schema.ts';
import type { StoredApp } from '../apps.ts';
import type { NewText } from '../documents.ts';
import type { ExistingTables } from '../existing-tables.ts';
import type { Outcome } from '../outcomes.ts';
import { rowCounts, type RowCounts } from '../row-changes.ts';
import { writeBranches } from './branches.ts';
import {
  appAdded,
  appChanged,
  appRemoved,
  insertEvents,
  isFilled,
  withoutKept,
  type Event,
} from './events.ts';
import { readStoredRecords } from './stored-record.ts';
import { writeLateTexts } from './late-texts.ts';
import { writeVersions, type ReplacedText } from './versions.ts';

/** A text that is stored, without its NUL. */
export interface StoredText {
  appid: number;
  changeNumber: number;
  part: 'full' | 'public';
  bytes: Uint8Array;
}

/** How the writer reads texts and compares them; both functions are those of packages/appinfo. */
export interface HistoryOptions {
  /** The record of a stored text as today's code extracts it. */
  toRecord: (text: StoredText) => AppRecord;
  diffRecords: (old: AppRecord, next: AppRecord) => Changes;
}

/** What is kept of the past. */
export interface HistorySettings {
  /** Whether texts are stored. Without them every app has to be looked at. */
  hasTexts: boolean;
  /** Whether those that are replaced are stored too. */
  keepsVersions: boolean;
  /** How to find out what changed; without it no events are written. */
  events: HistoryOptions | undefined;
}

/** What is written of a batch, and what was stored before it was. */
export interface Written {
  /** None of them older than what was stored, records as Steam sent them. */
  outcomes: readonly Outcome[];
  /** Those that are older: they change nothing, and their texts are kept. */
  late: readonly Outcome[];
  /** The apps that had a row. */
  stored: ReadonlyMap<number, StoredApp>;
  /** The number up to which the document of an app was the one that is replaced now. */
  lastChangeNumberOf: (appid: number) => number | null;
  /** The texts that differ from the stored ones. */
  newTexts: readonly NewText[];
  tables: ExistingTables;
}

type HistoryRows = Record<'appBranches' | 'appBuilds' | 'appVersions' | 'picsEvents', RowCounts>;

/**
 * Writes what changed with a batch: an event for each app that it changed, the texts that it replaced, and branches and builds.
 *
 * What changed is found between the stored text and the new one, both extracted now, so that a new extraction tells of no
 * change. An app whose text is the stored one costs nothing.
 */
export async function writeHistory(
  trx: Transaction<Schema>,
  written: Written,
  { hasTexts, keepsVersions, events: history }: HistorySettings,
): Promise<HistoryRows> {
  const opened = written.newTexts.map(openReplaced);
  const records = written.outcomes.flatMap((outcome) =>
    outcome.result === 'record' ? [outcome.record] : [],
  );
  const changed = new Set(written.newTexts.map(({ appid }) => appid));
  const touched = hasTexts ? records.filter(({ appid }) => changed.has(appid)) : records;
  const appVersions = keepsVersions ? await keepTexts(trx, written, opened) : rowCounts({});
  // Before the branches, because those too may have to be read from their rows.
  const old = history
    ? await readOldRecords(trx, { opened, touched, stored: written.stored, history })
    : null;
  const branches = await writeBranches(trx, touched);
  if (!history || !old) return { ...branches, appVersions, picsEvents: rowCounts({}) };

  const events = await listEvents(trx, written, { old, history });
  return { ...branches, appVersions, picsEvents: await insertEvents(trx, events) };
}

async function keepTexts(
  trx: Transaction<Schema>,
  written: Written,
  opened: OpenedTexts[],
): Promise<RowCounts> {
  const replaced = await writeVersions(
    trx,
    opened.flatMap((one) => replacedTexts(one, written)),
  );
  const late = await writeLateTexts(trx, written.late, written.lastChangeNumberOf);
  return rowCounts({ added: replaced + late });
}

/** The stored texts of an app that differs from its new one, opened. */
interface OpenedTexts extends NewText {
  texts: { document: StoredDocument; bytes: Uint8Array }[];
}

/** A text that is damaged counts as one that is not stored. */
function openReplaced(text: NewText): OpenedTexts {
  const texts = text.replaced.flatMap((document) => {
    try {
      return [{ document, bytes: decodeDocument(document) }];
    } catch (error) {
      if (error instanceof DocumentDamaged) return [];
      throw error;
    }
  });
  return { ...text, texts };
}

/** The texts of an app that a new one replaces: a full one replaces both parts, a public one the public part. */
function replacedTexts(next: OpenedTexts, { lastChangeNumberOf }: Written): ReplacedText[] {
  const full = next.texts.find(({ document }) => document.part === 'full');
  const shown = next.texts.find(({ document }) => document.part === 'public');
  const before = full ?? shown;
  if (!before) return [];
  const after = next.part === 'public' && full ? full.bytes : next.bytes;
  const replaced = (next.part === 'full' ? [shown, full] : [shown]).filter((text) => text !== undefined);
  return replaced
    .filter(({ document }) => document.part !== next.part || document.sha1 !== next.sha1)
    .map((text, index) => {
      const { changeNumber } = text.document;
      // Of a full text beside a newer public part nobody knows when it was last seen.
      const last = text === full && shown ? changeNumber : lastChangeNumberOf(next.appid);
      return {
        ...text,
        lastChangeNumber: Math.max(changeNumber, last ?? 0),
        base: { before: index === 0 ? before.bytes : after, after },
      };
    });
}

/**
 * The record of what is stored of each app: that of its full text. Where a public part is newer it is that of the part, and what
 * the part does not carry is read from the rows: another part may have brought it in between. So is all of it when no text is
 * stored, or today's code cannot read it.
 */
async function readOldRecords(
  trx: Transaction<Schema>,
  {
    opened,
    touched,
    stored,
    history,
  }: Pick<Written, 'stored'> & { opened: OpenedTexts[]; touched: AppRecord[]; history: HistoryOptions },
): Promise<Map<number, AppRecord>> {
  const newest = opened.flatMap(({ texts }) => toRecord(texts.at(-1), history));
  const old = new Map(
    newest.flatMap(({ part, record }) => (part === 'full' ? [[record.appid, record] as const] : [])),
  );
  const parts = new Map(newest.map(({ record }) => [record.appid, record]));
  const unread = touched.filter(({ appid }) => stored.get(appid)?.picsAccess != null && !old.has(appid));
  for (const record of await readStoredRecords(trx, unread)) {
    const part = parts.get(record.appid);
    // Where texts are stored, an app without branches in the table has none.
    const depots = { lastContentUpdate: null, currentBuildId: null, branches: [], ...record.depots };
    old.set(record.appid, part ? { ...record, depots, ...part } : record);
  }
  return old;
}

function toRecord(text: OpenedTexts['texts'][number] | undefined, history: HistoryOptions) {
  if (!text) return [];
  const { document, bytes } = text;
  try {
    return [{ part: document.part, record: history.toRecord({ ...document, bytes }) }];
  } catch {
    return [];
  }
}

async function listEvents(
  trx: Transaction<Schema>,
  { outcomes, stored, tables }: Written,
  { old, history }: { old: ReadonlyMap<number, AppRecord>; history: HistoryOptions },
): Promise<Event[]> {
  const isStored = (appid: number) => stored.get(appid)?.picsAccess != null;
  const hasNewApps = outcomes.some(({ result, appid }) => result === 'record' && !isStored(appid));
  const tellsOfNewApps = hasNewApps && (await isFilled(trx));
  const eventOf = (outcome: Outcome): Event | undefined => {
    const { appid } = outcome;
    const access = stored.get(appid)?.picsAccess ?? null;
    if (outcome.result === 'unknown') {
      return stored.has(appid) && access !== 'removed' ? appRemoved(appid, access) : undefined;
    }
    if (outcome.result !== 'record') return undefined;
    if (!isStored(appid)) return tellsOfNewApps ? appAdded(outcome.record) : undefined;
    const before = old.get(appid);
    return appChanged(outcome.record, access, before ? history.diffRecords(before, outcome.record) : {});
  };
  return outcomes.flatMap((outcome) => {
    const event = eventOf(outcome);
    return (event && withoutKept(event, tables)) ?? [];
  });
}
