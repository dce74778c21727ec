import { sql, type Transaction } from 'kysely';
import { integers } from '../array-literals.ts';
import { PreparedStatement } from '../prepared-statement.ts';
import type { Schema } from '../schema.ts';

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
 * - Everything is found through its index, parents that foreign keys ask for included. Left to itself, Postgres reads all
 *   of 10,000 apps to update 200 of them (25 of 100 µs an app), and all 80 categories for each link to one of them.
 * - Nothing is compiled, and nothing sorted that an index has in order. As long as a table was never analysed, Postgres takes
 *   each app to have hundreds of links: apps that were stored already then cost 195 µs each on a server that compiles, not 63.
 */
const SETTINGS = Object.entries({
  synchronous_commit: 'off',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
})
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(', ');

const lock = new PreparedStatement<readonly number[], LedgerRow>(
  'lock_ledger',
  (bind) => `
    select id as appid, stored_change_number as "picsChangeNumber", wanted_change_number as "wantedChangeNumber",
      settled_change_number as "settledChangeNumber", batch_id as "batchId", attempts
    from (select ${SETTINGS}) as settings, pics_app_ledger
    where id = any (${bind(integers)}::integer[])
    order by id
    for update of pics_app_ledger`,
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
  const rows = await lock.execute(trx, appids);
  const ledger = new Map(rows.map((row) => [row.appid, row]));
  const missing = appids.filter((appid) => !ledger.has(appid));
  if (missing.length === 0) return ledger;
  await sql`
    insert into pics_app_ledger (id) select unnest(${integers(missing)}::integer[]) on conflict do nothing
  `.execute(trx);
  for (const row of await lock.execute(trx, missing)) ledger.set(row.appid, row);
  return ledger;
}
