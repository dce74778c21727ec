import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/**
 * Makes apps of the ledger wanted whatever is settled of them, except those that failed, and returns how many.
 *
 * Nothing being settled is what makes them pending; the number they are wanted up to stays, so that an app keeps its place
 * between live changes and backlog. Rows are locked in the order of their ids.
 */
export async function wantAgain(db: Database, appids: readonly number[]): Promise<number> {
  if (appids.length === 0) return 0;
  const wanted = await sql`
    with chosen as (
      select id from pics_app_ledger
      where id = any (${appids}::integer[]) and failed_at is null
      order by id
      for update
    )
    update pics_app_ledger
    set settled_change_number = null, wanted_change_number = coalesce(wanted_change_number, 0)
    from chosen
    where pics_app_ledger.id = chosen.id
  `.execute(db);
  return Number(wanted.numAffectedRows);
}
