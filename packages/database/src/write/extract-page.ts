import { describeError, type AppBody, type AppRecord, type FailedApp } from '@pics/core';
import type { Transaction } from 'kysely';
import { decodeDocument } from '../documents/decode-document.ts';
import { findDocuments, type StoredDocument } from '../documents/find-documents.ts';
import type { Schema } from '../schema.ts';
import { lockApps } from './apps.ts';
import type { ExistingTables } from './existing-tables.ts';
import { writeBranches } from './history/branches.ts';
import { lockKnown } from './ledger.ts';
import { trimReferences } from './missing-apps.ts';
import { deleteOtherSections, writeSections, type AppSections, type ToSections } from './sections.ts';
import type { LedgerRow } from './settle.ts';
import { useSettings, writeRecords } from './write-outcomes.ts';

/** Makes the record of one app from the body that Steam sent: `extractApp` of @pics/appinfo, which this package may not import. */
export type ExtractApp = (app: AppBody) => AppRecord;

/** The sections to keep in `app_sections`. */
export interface SectionsToStore {
  /** Sections with other keys are deleted. */
  names: readonly string[];
  toSections: ToSections;
}

export interface ExtractCounts {
  /** Without a row in `apps` before. */
  added: number;
  changed: number;
  unchanged: number;
  /** Left alone, because their rows are newer than the document: DOCUMENTS was off when they were written. */
  newer: number;
  /** Rows of `app_sections` that were added, changed or deleted. */
  sections: number;
}

export interface PageResult extends ExtractCounts {
  /** Apps whose document cannot be read, and why. Their rows do not change. */
  failed: FailedApp[];
  /** Apps written without their references to apps that have no row but need one for a foreign key. */
  lacking: FailedApp[];
}

interface PageOptions {
  tables: ExistingTables;
  extractApp: ExtractApp;
  /** If undefined, `app_sections` does not change. */
  sections: SectionsToStore | undefined;
}

/**
 * Writes the rows of these apps from their documents, in this transaction. The apps are locked in the ledger before their
 * documents are read, so a writer with a newer response either commits first, and its document is read, or waits.
 *
 * A document does not say whether Steam still knows its app, so `pics_access` does not change. Neither do the ledger and
 * `sync_status`, because there was no response from Steam.
 *
 * @param appids in ascending order.
 */
export async function extractPage(
  trx: Transaction<Schema>,
  appids: readonly number[],
  { tables, extractApp, sections }: PageOptions,
): Promise<PageResult> {
  await useSettings(trx);
  const ledger = await lockKnown(trx, appids);
  const documents = Map.groupBy(await findDocuments(trx, appids), ({ appid }) => appid);
  const failed: FailedApp[] = [];
  const records: AppRecord[] = [];
  const toStore: AppSections[] = [];
  let newer = 0;
  for (const [appid, parts] of documents) {
    if (isOutdated(parts, ledger.get(appid))) {
      newer += 1;
      continue;
    }
    try {
      const texts = parts.map((document) => ({ ...document, body: decodeDocument(document) }));
      const record = readRecord(texts, extractApp);
      if (sections) toStore.push(readSections(texts, sections));
      records.push(record);
    } catch (error) {
      failed.push({ appid, error: describeError(error) });
    }
  }
  const stored = await lockApps(
    trx,
    records.map(({ appid }) => appid),
  );
  const trimmed = await trimReferences(trx, records, { stored, tables });
  const { apps } = await writeRecords(
    trx,
    records.map((record) => trimmed.get(record.appid)?.record ?? record),
    { stored, tables: keepingAccess(tables) },
  );
  await writeBranches(trx, records);
  const changedSections = await writeSections(trx, toStore);
  const deleted = sections ? await deleteOtherSections(trx, appids, sections.names) : 0;
  return {
    added: apps.added,
    changed: apps.changed,
    unchanged: apps.unchanged,
    newer,
    sections: changedSections.added + changedSections.changed + changedSections.removed + deleted,
    failed,
    lacking: Array.from(trimmed, ([appid, { reason }]) => ({ appid, error: reason })),
  };
}

/** Whether the rows are from a full response that is not stored. Unknown for restricted ones, whose SHA-1 is not in the ledger. */
function isOutdated(parts: readonly StoredDocument[], row: LedgerRow | undefined): boolean {
  if (!row?.storedSha1) return false;
  const [full, ...others] = parts;
  return full?.part !== 'full' || others.length > 0 || full.sha1 !== row.storedSha1;
}

/** A document with its text for a body. */
type Text = StoredDocument & { body: Buffer };

/** The record of the full document, with sections replaced by those of the newer public one. */
function readRecord(texts: readonly Text[], extractApp: ExtractApp): AppRecord {
  const [first, second] = texts.map(({ appid, part, changeNumber, sha1, body }) =>
    extractApp({ appid, changeNumber, missingToken: part === 'public', body, sha1 }),
  );
  if (first === undefined) throw new Error('an app on a page has a document');
  return { ...first, ...second };
}

/** The same for `app_sections`. */
function readSections([first, second]: readonly Text[], { names, toSections }: SectionsToStore): AppSections {
  if (first === undefined) throw new Error('an app on a page has a document');
  const { appid, part } = first;
  if (names.length === 0) return { appid, part: 'public', sections: new Map() };
  const newer = second ? toSections(second.body) : [];
  return { appid, part, sections: new Map([...toSections(first.body), ...newer]) };
}

function keepingAccess(tables: ExistingTables): ExistingTables {
  return {
    ...tables,
    isKept: (table, column) => (table === 'apps' && column === 'pics_access') || tables.isKept(table, column),
  };
}
