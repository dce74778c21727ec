import type { AppRecord, WriteAppsJob } from '@pics/core';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { addNames, type AddedNames } from './add-names.ts';
import { insertApps, removeApps, updateApps } from './app-statements.ts';
import { deckStatements, insertDeck } from './deck-statements.ts';
import { diffLinks, type LinkChanges } from './diff-links.ts';
import { linkStatements } from './link-statements.ts';
import { lockLedger } from './lock-ledger.ts';
import type { Outcome } from './outcomes.ts';
import { namesOf } from './names.ts';
import { readStored } from './read-stored.ts';
import { countRows, COUNTED_STATEMENTS, type RowChanges, type StatementCounts } from './row-changes.ts';
import { isOlder, settle } from './settle.ts';
import { settleStatement } from './settle-statement.ts';
import { integers } from './unnest-rows.ts';

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

/** The same, and what it did to the rows of each table. */
export interface WriteResult {
  counts: WriteCounts;
  rows: RowChanges;
}

/**
 * Writes what came of a batch: the rows of its apps, and the ledger, in this transaction.
 *
 * Four statements at most, however many apps: lock them in the ledger, read what is stored of them, add names that nobody
 * has seen before, and one that changes what differs. Foreign keys are most of what storing a new app costs (measured: 160
 * of 250 µs in Postgres, and 160 of 200 with COPY), so no link is written that is there already, and none is deleted to be
 * inserted again.
 */
export async function writeOutcomes(
  trx: Transaction<Schema>,
  job: Pick<WriteAppsJob, 'batchId' | 'changeNumber'>,
  outcomes: readonly Outcome[],
): Promise<WriteResult> {
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
  const settlements = known.flatMap(({ outcome, row }) => settle(outcome, row, job) ?? []);
  const records = current.flatMap((outcome) => (outcome.kind === 'record' ? [outcome.record] : []));
  const unknown = current.flatMap((outcome) => (outcome.kind === 'unknown' ? [outcome.appid] : []));

  const written = records.length > 0 ? await recordStatements(trx, records) : NOTHING;
  const statements = new Map([
    ...written.statements,
    ...(unknown.length > 0 ? [['removed', removeApps(unknown)] as const] : []),
    ...(settlements.length > 0 ? [['settled', settleStatement(settlements, job.batchId)] as const] : []),
  ]);
  const done = await execute(trx, statements);
  const added = written.fresh.length;
  const changed = done.get('changed') ?? 0;
  return {
    counts: {
      added,
      changed,
      unchanged: outcomes.filter(({ kind }) => kind === 'record').length - added - changed,
      removed: done.get('removed') ?? 0,
      failed: settlements.filter(({ failed }) => failed).length,
      unsettled: settlements.filter(({ synced, attempts, failed }) => !failed && (!synced || attempts > 0))
        .length,
    },
    rows: countRows({
      statements: done,
      fresh: written.fresh,
      links: written.links,
      names: written.names,
      records: records.length,
      deckReports: records.filter(({ common }) => common?.deck).length,
      settlements: settlements.length,
    }),
  };
}

interface RecordStatements {
  statements: Map<string, RawBuilder<unknown>>;
  /** Apps that are stored for the first time. */
  fresh: readonly AppRecord[];
  links: LinkChanges[];
  names: AddedNames;
}

const NOTHING: RecordStatements = {
  statements: new Map(),
  fresh: [],
  links: [],
  names: { franchises: 0, developers: 0, publishers: 0 },
};

async function recordStatements(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<RecordStatements> {
  const names = namesOf(records);
  const stored = await readStored(trx, records, names);
  const added = await addNames(trx, names, stored.ids);
  const links = diffLinks(records, stored.links, stored.ids);
  const fresh = records.filter(({ appid }) => !stored.links.has(appid));
  const known = records.filter(({ appid }) => stored.links.has(appid));

  const statements = linkStatements(links);
  if (fresh.length > 0) {
    statements.set('added', insertApps(fresh));
    const deck = insertDeck(fresh);
    if (deck) statements.set('deck', deck);
  }
  if (known.length > 0) {
    const deck = deckStatements(known);
    for (const [name, statement] of deck) statements.set(name, statement);
    statements.set('changed', updateApps(known, touched(links, deck)));
  }
  return { statements, fresh, links, names: added };
}

/** That something of the app of a row `next` changes in another table. */
function touched(links: readonly LinkChanges[], deck: ReadonlyMap<string, unknown>): RawBuilder<unknown> {
  return sql.join(
    [
      sql`next.appid = any (${integers(touchedBy(links))})`,
      ...[...deck.keys()].map((name) => sql.raw(`next.appid in (select appid from ${name})`)),
    ],
    sql` or `,
  );
}

function touchedBy(links: readonly LinkChanges[]): number[] {
  const appids = new Set<number>();
  for (const changes of links) {
    for (const { appids: some } of [changes.added, changes.changed, changes.gone]) {
      for (const appid of some) appids.add(appid);
    }
  }
  return [...appids];
}

/**
 * Runs the statements as one, and returns how many rows those did that only Postgres can tell. They touch different rows,
 * so their order does not matter; foreign keys are checked when all of them are done.
 */
async function execute(
  trx: Transaction<Schema>,
  statements: ReadonlyMap<string, RawBuilder<unknown>>,
): Promise<StatementCounts> {
  if (statements.size === 0) return new Map();
  const parts = [...statements].map(([name, statement]) => sql`${sql.raw(name)} as (${statement})`);
  const counted = [...statements.keys()].filter((name) => COUNTED_STATEMENTS.has(name));
  const counts = counted.map((name) => sql.raw(`(select count(*) from ${name})`));
  const { rows } = await sql<{ counts: number[] }>`
    with ${sql.join(parts)} select ${counts.length > 0 ? sql`array[${sql.join(counts)}]::integer[]` : sql`'{}'::integer[]`} as counts
  `.execute(trx);
  return new Map(counted.map((name, index) => [name, rows[0]?.counts[index] ?? 0]));
}
