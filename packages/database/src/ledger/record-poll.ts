import { LARGEST_INTEGER } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import { startScan } from '../scans/start-scan.ts';
import type { Schema } from '../schema.ts';

/** One app or package that changed. */
export interface Change {
  id: number;
  changeNumber: number;
  /** An anonymous session will only get a stub of it. */
  needsToken: boolean;
}

/** What one poll of the change feed brought. */
export interface Poll {
  /** The cursor the poll started from. */
  since: number;
  /** Where the feed stands now. */
  current: number;
  apps: readonly Change[];
  packages: readonly Change[];
  /** Steam left changes out, because the cursor was too old for it. */
  gap?: boolean;
}

/** Ids are 32 bits without a sign on the wire; Steam is far from using the last of them, and the tables hold 31. */
const LARGEST_ID = LARGEST_INTEGER;

/**
 * Records a poll: its changes, the apps they make wanted, the gap if there was one, and the cursor moved, in one
 * transaction. Whatever interrupts it, either the poll is recorded or the cursor is where it was.
 *
 * The cursor is compared before it is set. When it does not stand at `since`, somebody else has recorded this part of the
 * feed and nothing is written. A gap starts a scan of the known apps and makes all that is wanted so far backlog, so that
 * new changes go first.
 *
 * @returns whether the cursor moved, and how many apps became wanted or wanted up to a higher number.
 */
export async function recordPoll(db: Database, poll: Poll): Promise<{ moved: boolean; wanted: number }> {
  const apps = poll.apps.filter((change) => change.id <= LARGEST_ID);
  const packages = poll.packages.filter((change) => change.id <= LARGEST_ID);
  return inTransaction(db, async (trx) => {
    const cursor = await sql`
      update pics_state
      set last_change_number = ${poll.current}, updated_at = now()
      where last_change_number = ${poll.since}
      returning last_change_number
    `.execute(trx);
    if (cursor.rows.length === 0) return { moved: false, wanted: 0 };
    if (poll.gap) await startScan(trx, { reason: 'gap', knownOnly: true });
    await insertChanges(trx, 'app', apps);
    await insertChanges(trx, 'package', packages);
    return { moved: true, wanted: await wantChanged(trx, apps) };
  });
}

async function insertChanges(
  trx: Transaction<Schema>,
  kind: 'app' | 'package',
  changes: Change[],
): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    insert into pics_changes (change_number, kind, id, needs_token)
    select change_number, ${kind}, id, needs_token
    from unnest(
      ${changes.map((change) => change.changeNumber)}::bigint[],
      ${changes.map((change) => change.id)}::integer[],
      ${changes.map((change) => change.needsToken)}::boolean[]
    ) as change (change_number, id, needs_token)
    order by change_number, id
    on conflict do nothing
  `.execute(trx);
}

/** Rows are locked in the order of their ids, as everywhere, so that nobody waits for each other in a circle. */
async function wantChanged(trx: Transaction<Schema>, apps: Change[]): Promise<number> {
  if (apps.length === 0) return 0;
  const wanted = await sql`
    insert into pics_app_ledger (id, wanted_change_number)
    select id, max(change_number)
    from unnest(
      ${apps.map((change) => change.id)}::integer[],
      ${apps.map((change) => change.changeNumber)}::bigint[]
    ) as change (id, change_number)
    group by id
    order by id
    on conflict (id) do update set wanted_change_number = excluded.wanted_change_number
    where pics_app_ledger.wanted_change_number is null
      or pics_app_ledger.wanted_change_number < excluded.wanted_change_number
  `.execute(trx);
  return Number(wanted.numAffectedRows);
}
