import type { AppRecord } from '@pics/core';
import type { Transaction } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import type { Schema } from '../schema.ts';
import { addNames, type AddedNames } from './add-names.ts';
import type { Changes } from './changes.ts';
import { diffLinks, type LinkChanges } from './diff-links.ts';
import { requireParents } from './foreign-keys.ts';
import { lockLedger } from './lock-ledger.ts';
import { byNameTable, NAME_TABLES, namesOf, namesWithout, type Names } from './names.ts';
import type { Batch, Outcome } from './outcomes.ts';
import { readStored, type Stored } from './read-stored.ts';
import { countRows, type RowChanges } from './row-changes.ts';
import { isOlder, settle } from './settle.ts';
import type { UncheckedConnections } from './unchecked-connections.ts';
import { writeChanges } from './write-changes.ts';

/** What writing changed, in apps. */
export interface WriteCounts {
  /** Stored for the first time. */
  added: number;
  /** Stored before, and something differed. */
  changed: number;
  /** Answered with what was stored already, or with something older. */
  unchanged: number;
  /** No longer known to Steam. */
  removed: number;
  failed: number;
  /** Pending again: not answered, or answered with something older than announced. */
  unsettled: number;
}

/** Somebody may remove a name between the looks for it; then it is added again. */
const MOST_TRIES = 3;

/** Where to write. */
export interface WriteConnections {
  db: Database;
  /** Tried first, if there are any. */
  unchecked?: UncheckedConnections | undefined;
}

/** The same, and what it did to the rows of each table. */
export interface WriteResult {
  counts: WriteCounts;
  rows: RowChanges;
}

/**
 * Writes what came of a batch, the rows of its apps and the ledger, in one transaction.
 *
 * Three statements, however many apps: lock them in the ledger, read what is stored of them, and one that changes what
 * differs. Where Postgres checks foreign keys, they are most of what storing a new app costs (measured: 165 of 245 µs in
 * Postgres, and of 205 with COPY), so no link is written that is there already, and none is deleted to be inserted again.
 * An app that is stored already costs 50.
 *
 * Names that nobody has seen before are added on the way, in a transaction of their own, and the batch is begun anew: added
 * in its own, they would make all others wait who have one of them too, until all of it is written. Two jobs at once then
 * wrote hardly more new apps than one (4,400 a second instead of 6,000, where Postgres checks).
 */
export async function writeOutcomes(
  { db, unchecked }: WriteConnections,
  job: Batch,
  outcomes: readonly Outcome[],
): Promise<WriteResult> {
  const added: AddedNames = byNameTable(() => 0);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const result =
      (await unchecked?.try((trx) => write(trx, job, outcomes, added, true))) ??
      (await inTransaction(db, (trx) => write(trx, job, outcomes, added, false)));
    if (!('missing' in result)) return result;
    const { missing } = result;
    const more = await inTransaction(db, (trx) => addNames(trx, missing));
    for (const table of NAME_TABLES) added[table] += more[table];
  }
  throw new Error('names were added and are not there');
}

/** Writes it, or returns the names it needs and changes nothing yet. */
async function write(
  trx: Transaction<Schema>,
  job: Batch,
  outcomes: readonly Outcome[],
  added: AddedNames,
  checksParents: boolean,
): Promise<WriteResult | { missing: Names }> {
  const ledger = await lockLedger(
    trx,
    outcomes.map(({ appid }) => appid),
  );
  const known = outcomes.flatMap((outcome) => {
    const row = ledger.get(outcome.appid);
    return row ? [{ outcome, row }] : [];
  });
  const current = known
    .filter(({ outcome, row }) => !isOlder(outcome, row, job))
    .map(({ outcome }) => outcome);
  const records = current.flatMap((outcome) => (outcome.kind === 'record' ? [outcome.record] : []));

  const names = namesOf(records);
  const stored = await readStored(trx, { appids: records.map(({ appid }) => appid), names });
  const missing = namesWithout(names, stored.ids);
  if (NAME_TABLES.some((table) => missing[table].length > 0)) return { missing };

  const settlements = known.flatMap(({ outcome, row }) => settle(outcome, row, job) ?? []);
  const changes: Changes = {
    ...findDifferences(records, stored),
    unknown: current.flatMap((outcome) => (outcome.kind === 'unknown' ? [outcome.appid] : [])),
    settlements,
    batchId: job.batchId,
    checksParents,
  };
  const counts = await writeChanges(trx, changes);
  if (checksParents) requireParents(changes, counts);
  const fresh = changes.fresh.length;
  const changed = counts.get('changed') ?? 0;
  return {
    counts: {
      added: fresh,
      changed,
      unchanged: outcomes.filter(({ kind }) => kind === 'record').length - fresh - changed,
      removed: counts.get('removed') ?? 0,
      failed: settlements.filter(({ failed }) => failed).length,
      unsettled: settlements.filter(({ synced, attempts, failed }) => !failed && (!synced || attempts > 0))
        .length,
    },
    rows: countRows(changes, counts, added),
  };
}

/** Compares records with what is stored, as far as that is done here: the rows of apps themselves Postgres compares. */
function findDifferences(
  records: readonly AppRecord[],
  stored: Stored,
): Pick<Changes, 'fresh' | 'known' | 'decks' | 'withoutDeck' | 'links' | 'touched' | 'parentIds'> {
  const links = diffLinks(records, stored.links, stored.ids);
  const touched = appidsIn(links);
  return {
    fresh: records.filter(({ appid }) => !stored.links.has(appid)),
    known: records
      .filter(({ appid }) => stored.links.has(appid))
      .map((record) => ({ record, linksChange: touched.has(record.appid) })),
    decks: records.flatMap(({ appid, common }) => (common?.deck ? [{ appid, deck: common.deck }] : [])),
    withoutDeck: records.flatMap(({ appid, common }) => (common && !common.deck ? [appid] : [])),
    links,
    touched: [...touched],
    parentIds: links.map(({ added }) => [...new Set(added.ids)]),
  };
}

function appidsIn(links: readonly LinkChanges[]): Set<number> {
  const appids = new Set<number>();
  for (const changes of links) {
    for (const rows of [changes.added, changes.changed, changes.gone]) {
      for (const appid of rows.appids) appids.add(appid);
    }
  }
  return appids;
}
