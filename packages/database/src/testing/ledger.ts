import { sql, type Insertable, type Selectable } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import type { LedgerTable } from '../schema.ts';

/** Puts rows into the ledger as they are. */
export async function insertLedger(db: Database, ...rows: Insertable<LedgerTable>[]): Promise<void> {
  await db.insertInto('picsAppLedger').values(rows).execute();
}

/** One row of the ledger. */
export async function readLedger(db: Database, id: number): Promise<Selectable<LedgerTable>> {
  return db.selectFrom('picsAppLedger').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Lets the delays of all apps pass. */
export async function passDelays(db: Database): Promise<void> {
  await db
    .updateTable('picsAppLedger')
    .set({ notBefore: sql`now()` })
    .where('notBefore', 'is not', null)
    .execute();
}
