import { sql } from 'kysely';
import { integers } from '../array-literals.ts';
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
      select appid from sync_status
      where appid = any (${integers(appids)}::integer[]) and failed_at is null
      order by appid
      for update
    )
    update sync_status
    set settled_change_number = null, wanted_change_number = coalesce(wanted_change_number, 0)
    from chosen
    where sync_status.appid = chosen.appid
  `.execute(db);
  return Number(wanted.numAffectedRows);
}
