import type { AppRecord } from '@pics/core';
import type { Transaction } from 'kysely';
import type { Schema } from '../../schema.ts';
import type { StoredApp } from '../apps.ts';
import { readRecordsFromRows } from './records-from-rows.ts';
import type { Replacement } from './replaced-texts.ts';

/** A stored text, without its NUL. */
export interface StoredText {
  appid: number;
  changeNumber: number;
  part: 'full' | 'public';
  bytes: Uint8Array;
}

/** The record of a stored text, as the current code extracts it. */
export type ToRecord = (text: StoredText) => AppRecord;

/**
 * Reads what is stored of the apps of these records, to compare with them. Apps without a response so far are not in the result.
 *
 * - A full text: its record.
 * - A newer public part: its record, with the rows for what it leaves out, because an earlier part may have contained that.
 * - No text, or one that the current code cannot read: the rows.
 */
export async function readOldRecords(
  trx: Transaction<Schema>,
  {
    replacements,
    records,
    stored,
    toRecord,
  }: {
    replacements: readonly Replacement[];
    records: readonly AppRecord[];
    stored: ReadonlyMap<number, StoredApp>;
    toRecord: ToRecord;
  },
): Promise<Map<number, AppRecord>> {
  const oldRecords = new Map<number, AppRecord>();
  const publicParts = new Map<number, AppRecord>();
  for (const replacement of replacements) {
    const { part, record } = extractNewest(replacement, toRecord) ?? {};
    if (record) (part === 'full' ? oldRecords : publicParts).set(record.appid, record);
  }
  const incomplete = records.filter(
    ({ appid }) => stored.get(appid)?.picsAccess != null && !oldRecords.has(appid),
  );
  for (const record of await readRecordsFromRows(trx, incomplete)) {
    const part = publicParts.get(record.appid);
    // Where texts are stored, an app without branches in the table has none.
    const depots = { lastContentUpdate: null, currentBuildId: null, branches: [], ...record.depots };
    oldRecords.set(record.appid, part ? { ...record, depots, ...part } : record);
  }
  return oldRecords;
}

function extractNewest({ stored }: Replacement, toRecord: ToRecord) {
  const newest = stored.at(-1);
  if (!newest) return undefined;
  const { document, bytes } = newest;
  try {
    return { part: document.part, record: toRecord({ ...document, bytes }) };
  } catch {
    return undefined;
  }
}
