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
 * Locks these apps for the rest of the transaction and returns what the ledger knows of each. An app it does not know yet
 * enters it, for the row in the ledger is what makes writers of one app wait for each other.
 *
 * From here on the commit does not wait for the disk. A crash of Postgres may take back the last half second of batches;
 * it takes back rows and ledger together, so their apps are in flight without a job then, and are fetched again.
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
    from (select set_config('synchronous_commit', 'off', true)) as relaxed, sync_status
    where appid = any (${integers(appids)})
    order by appid
    for update of sync_status
  `.execute(trx);
  return new Map(locked.rows.map((row) => [row.appid, row]));
}
