import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** Finds the change number up to which the feed is recorded; undefined before the first poll. */
export async function findCursor(db: Database): Promise<number | undefined> {
  const state = await db.selectFrom('picsState').select('lastChangeNumber').executeTakeFirst();
  return state?.lastChangeNumber ?? undefined;
}

/**
 * Sets the cursor for the first time; does nothing when there is one. What is wanted above it comes from the live feed
 * from now on.
 */
export async function startCursor(db: Database, changeNumber: number): Promise<void> {
  await sql`
    update pics_state
    set last_change_number = ${changeNumber}, backlog_change_number = ${changeNumber}, updated_at = now()
    where last_change_number is null
  `.execute(db);
}
