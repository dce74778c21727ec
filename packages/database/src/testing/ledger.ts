import { sql, type Insertable, type Selectable } from 'kysely';
import type { Database } from '../connect-database.ts';
import type { SyncStatusTable } from '../schema.ts';

/** Puts rows into the ledger as they are. */
export async function insertLedger(db: Database, ...rows: Insertable<SyncStatusTable>[]): Promise<void> {
  await db.insertInto('syncStatus').values(rows).execute();
}

/** One row of the ledger. */
export async function readLedger(db: Database, appid: number): Promise<Selectable<SyncStatusTable>> {
  return db.selectFrom('syncStatus').selectAll().where('appid', '=', appid).executeTakeFirstOrThrow();
}

/** Lets the delays of all apps pass. */
export async function passDelays(db: Database): Promise<void> {
  await db
    .updateTable('syncStatus')
    .set({ notBefore: sql`now()` })
    .where('notBefore', 'is not', null)
    .execute();
}
