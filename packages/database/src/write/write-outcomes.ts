import type { AppRecord, WriteAppsJob } from '@pics/core';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { insertApps, removeApps, updateApps } from './app-statements.ts';
import { deckStatements } from './deck-statements.ts';
import { diffLinks, type LinkChanges } from './diff-links.ts';
import { linkStatements } from './link-statements.ts';
import { lockLedger } from './lock-ledger.ts';
import type { Outcome } from './outcomes.ts';
import { readLinks } from './read-links.ts';
import { resolveNames, type ResolvedNames } from './resolve-names.ts';
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
 * Four statements, however many apps: lock them in the ledger, find the ids of names, read the links of the apps that are
 * stored, and one that changes what differs. Foreign keys cost four fifths of storing a new app (measured: 260 of 325 µs,
 * with COPY as with INSERT), so no link is written that is there already, and none is deleted to be inserted again.
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
  const added = done.get('added') ?? 0;
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
  links: LinkChanges[];
  names: ResolvedNames['added'];
}

const NOTHING: RecordStatements = {
  statements: new Map(),
  links: [],
  names: { franchises: 0, developers: 0, publishers: 0 },
};

async function recordStatements(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<RecordStatements> {
  const names = await resolveNames(trx, records);
  const stored = await readLinks(
    trx,
    records.map(({ appid }) => appid),
  );
  const links = diffLinks(records, stored, names.ids);
  const fresh = records.filter(({ appid }) => !stored.has(appid));
  const known = records.filter(({ appid }) => stored.has(appid));

  const deck = deckStatements(records);
  const touched = [
    sql`next.appid = any (${integers(touchedBy(links))})`,
    ...[...deck.keys()].map((name) => sql`next.appid in (select appid from ${sql.table(name)})`),
  ];
  const statements = new Map([
    ...deck,
    ...linkStatements(links),
    ...(fresh.length > 0 ? [['added', insertApps(fresh)] as const] : []),
    ...(known.length > 0 ? [['changed', updateApps(known, sql.join(touched, sql` or `))] as const] : []),
  ]);
  return { statements, links, names: names.added };
}

function touchedBy(links: readonly LinkChanges[]): number[] {
  const all = links.flatMap(({ added, changed, gone }) => [...added, ...changed, ...gone]);
  return [...new Set(all.map(({ appid }) => appid))];
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
  const parts = [...statements].map(([name, statement]) => sql`${sql.table(name)} as (${statement})`);
  const counted = [...statements.keys()].filter((name) => COUNTED_STATEMENTS.has(name));
  const counts = counted.map((name) => sql`(select count(*) from ${sql.table(name)})`);
  const { rows } = await sql<{ counts: number[] }>`
    with ${sql.join(parts)} select ${counts.length > 0 ? sql`array[${sql.join(counts)}]::integer[]` : sql`'{}'::integer[]`} as counts
  `.execute(trx);
  return new Map(counted.map((name, index) => [name, rows[0]?.counts[index] ?? 0]));
}
