import type { AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import { findCursor } from '../ledger/cursor.ts';
import type { Schema } from '../schema.ts';
import { lockApps, markRemoved, moveUpdatedAt, upsertApps } from './apps.ts';
import { writeDeck } from './deck.ts';
import { writeDocuments, type DocumentOptions } from './documents.ts';
import type { ExistingTables } from './existing-tables.ts';
import { writeHistory, type HistorySettings } from './history/write-history.ts';
import { addIds } from './ids.ts';
import { JOINED_BY_ID, joinedByName, writeJoinTables } from './join-tables.ts';
import { lockLedger, settleLedger } from './ledger.ts';
import { trimReferences } from './missing-apps.ts';
import { addNames } from './names.ts';
import type { Batch, Outcome } from './outcomes.ts';
import { nameTables, rowCounts, type RowChanges } from './row-changes.ts';
import { isOlder, settle } from './settle.ts';
import { writeSyncStatus } from './sync-status.ts';
import { assessToken, settleTokens } from './tokens.ts';
import { keepWithinFeed } from './within-feed.ts';

/** How many apps a write changed. */
export interface WriteCounts {
  /** Stored for the first time. */
  added: number;
  /** Stored before, and something differed. */
  changed: number;
  /** The response was stored already, or is older. */
  unchanged: number;
  /** No longer known to Steam. */
  removed: number;
  failed: number;
  /** Pending again: Steam did not respond, or with something older than it announced. */
  unsettled: number;
}

/** The same, and what it did to the rows of each table. */
export interface WriteResult {
  counts: WriteCounts;
  rows: RowChanges;
}

/**
 * Writes the outcomes of a batch in this transaction, both the rows of its apps and the ledger: one or two statements for each
 * table, however many apps.
 *
 * Most of what a new app costs Postgres is checking foreign keys: it has 17 rows in join tables on average, and each takes two
 * queries. So unchanged rows are not written.
 */
export async function writeOutcomes(
  trx: Transaction<Schema>,
  batch: Batch & { tables: ExistingTables; documents: DocumentOptions; history: HistorySettings },
  outcomes: readonly Outcome[],
): Promise<WriteResult> {
  const { tables } = batch;
  await useSettings(trx);
  const ledger = await lockLedger(
    trx,
    outcomes.map(({ appid }) => appid),
  );
  const cursor = await findCursor(trx);
  const received = outcomes.flatMap((outcome) => {
    const row = ledger.get(outcome.appid);
    return row ? [{ row, ...keepWithinFeed(outcome, row, batch, cursor) }] : [];
  });
  const records = received.flatMap(({ outcome, row, job }) =>
    outcome.result === 'record' && !isOlder(outcome, row, job) ? [outcome.record] : [],
  );
  const stored = await lockApps(
    trx,
    received.flatMap(({ outcome: { result, appid } }) =>
      result === 'record' || result === 'unknown' ? [appid] : [],
    ),
  );
  const trimmed = await trimReferences(trx, records, { stored, tables });
  const known = received.map(({ outcome: full, row, job }) => {
    const { record, reason } = trimmed.get(row.id) ?? {};
    const outcome = full.result === 'record' && record ? { ...full, record, lacks: reason } : full;
    return { full, outcome, row, isOlder: isOlder(outcome, row, job), settlement: settle(outcome, row, job) };
  });
  const current = known.filter((one) => !one.isOlder).map(({ outcome }) => outcome);
  const settlements = known.flatMap(({ settlement }) => settlement ?? []);
  const responded = known.flatMap(({ outcome: { result }, settlement }) =>
    settlement && (result === 'record' || result === 'unknown') ? [settlement] : [],
  );

  // Before the rows, because what changed may have to be read from them.
  const responses = known.filter((one) => !one.isOlder).map(({ full }) => full);
  const documents = await writeDocuments(trx, responses, batch.documents);
  const history = await writeHistory(
    trx,
    {
      outcomes: responses,
      late: known.filter((one) => one.isOlder).map(({ full }) => full),
      stored,
      lastChangeNumberOf: (appid) => ledger.get(appid)?.storedChangeNumber ?? null,
      newTexts: documents.newTexts,
      tables,
    },
    batch.history,
  );
  const written = await writeRecords(
    trx,
    current.flatMap((outcome) => (outcome.result === 'record' ? [outcome.record] : [])),
    { stored, tables },
  );
  const removed = await markRemoved(
    trx,
    current.flatMap(({ result, appid }) => (result === 'unknown' ? [appid] : [])),
    tables,
  );
  const syncStatus = await writeSyncStatus(trx, responded);
  await settleLedger(trx, settlements, batch.batchId);
  await settleTokens(
    trx,
    known.flatMap(({ outcome, row, isOlder }) => (isOlder ? [] : (assessToken(outcome, row) ?? []))),
  );

  const { added, changed, unchanged } = written.apps;
  const older = known.filter(({ outcome, isOlder }) => isOlder && outcome.result === 'record').length;
  return {
    counts: {
      added,
      changed,
      unchanged: unchanged + older,
      removed,
      failed: settlements.filter(({ state }) => state === 'failed').length,
      unsettled: settlements.filter(({ state }) => state === 'pending').length,
    },
    rows: nameTables({
      ...written.tables,
      apps: { ...written.apps, changed: changed + removed },
      ...documents.rows,
      ...history,
      syncStatus,
      picsAppLedger: rowCounts({ changed: settlements.length }),
    }),
  };
}

/**
 * Writes the rows of these records. Apps come before the rows that point at them, and names as late as they can: a writer
 * that has one of them too waits for the commit. With names before all join tables, two batches of new apps at once took as
 * long as one after the other.
 */
export async function writeRecords(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  { stored, tables }: { stored: { has: (appid: number) => boolean }; tables: ExistingTables },
) {
  if (records.length === 0) return { apps: rowCounts({}), tables: {} };
  const apps = await upsertApps(trx, records, { stored, tables });
  const deck = await writeDeck(trx, records, tables);
  const ids = await addIds(trx, records, tables);
  const byId = await writeJoinTables(trx, records, JOINED_BY_ID, tables);
  const names = await addNames(trx, records, tables);
  const byName = await writeJoinTables(trx, records, joinedByName(names.ids), tables);

  const written = new Set([...apps.added, ...apps.changed]);
  const changedElsewhere = new Set([...deck.appids, ...byId.appids, ...byName.appids]).difference(written);
  await moveUpdatedAt(trx, [...changedElsewhere]);
  const added = apps.added.length;
  const changed = apps.changed.length + changedElsewhere.size;
  return {
    apps: rowCounts({ added, changed, unchanged: records.length - added - changed }),
    tables: { appSteamDeck: deck.rows, ...ids, ...byId.rows, ...names.rows, ...byName.rows },
  };
}

/**
 * Settings for this transaction alone.
 *
 * - The commit does not wait for the disk. A crash of Postgres may take back the last half second of batches; it takes back
 *   rows and ledger together, so their apps are in flight without a job then, and are fetched again.
 * - Statements are not compiled. Until a table is analysed, Postgres expects hundreds of rows for each app in it, and compiles
 *   for them: a stored app then took 195 µs, not 63.
 */
export async function useSettings(trx: Transaction<Schema>): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', true), set_config('jit', 'off', true)`.execute(
    trx,
  );
}
