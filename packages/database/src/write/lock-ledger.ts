import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { integers } from './unnest-rows.ts';

/** What the ledger knows of an app that is about to be written. */
export interface LedgerRow {
  appid: number;
  picsChangeNumber: number | null;
  wantedChangeNumber: number | null;
  settledChangeNumber: number | null;
  batchId: string | null;
  attempts: number;
}

/**
 * Settings for the rest of the transaction, whoever gets the connection after it.
 *
 * - The commit does not wait for the disk. A crash of Postgres may take back the last half second of batches; it takes back
 *   rows and ledger together, so their apps are in flight without a job then, and are fetched again.
 * - Everything is found through its index, the parents that foreign keys ask for included. Left to itself, Postgres reads
 *   all of 10,000 apps to update 200 of them (22 ms instead of 2), and all 80 categories for every link to one of them.
 * - Nothing is compiled. Before a table was first analysed Postgres takes every app to have hundreds of links, and to read
 *   those of 200 apps compiles for 40 ms and sorts, where it is done in 4 ms.
 */
const SETTINGS = sql.raw(
  Object.entries({ synchronous_commit: 'off', enable_seqscan: 'off', enable_bitmapscan: 'off', jit: 'off' })
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', '),
);

/**
 * Locks these apps for the rest of the transaction and returns what the ledger knows of each. An app it does not know yet
 * enters it, for the row in the ledger is what makes writers of one app wait for each other.
 *
 * The first statement of a write: it also sets what the others run with.
 *
 * @param appids in ascending order, so that two batches that share apps never wait for each other in a circle.
 */
export async function lockLedger(
  trx: Transaction<Schema>,
  appids: readonly number[],
): Promise<Map<number, LedgerRow>> {
  const rows = await lock(trx, appids);
  const missing = appids.filter((appid) => !rows.has(appid));
  if (missing.length === 0) return rows;
  await sql`
    insert into sync_status (appid) select unnest(${integers(missing)}) on conflict do nothing
  `.execute(trx);
  return new Map([...rows, ...(await lock(trx, missing))]);
}

async function lock(trx: Transaction<Schema>, appids: readonly number[]): Promise<Map<number, LedgerRow>> {
  const locked = await sql<LedgerRow>`
    select appid, pics_change_number, wanted_change_number, settled_change_number, batch_id, attempts
    from (select ${SETTINGS}) as settings, sync_status
    where appid = any (${integers(appids)})
    order by appid
    for update of sync_status
  `.execute(trx);
  return new Map(locked.rows.map((row) => [row.appid, row]));
}
