import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';
import { inTransaction } from '../in-transaction.ts';
import { wantAgain } from './want-again.ts';

/** Which apps: these, or every one that is known. */
export type WantedSelection = { appids: readonly number[] } | { all: true };

/**
 * How many rows one statement marks. Every step is a transaction of its own and holds its locks for a moment only, so that
 * writers go on while 300,000 apps are marked.
 */
const STEP = 10_000;

/**
 * Wants apps again, whatever is settled of them, and returns how many are wanted now because of it.
 *
 * Apps the ledger does not know are added to it; `all` takes in every row of `apps` as well, so that a catalogue that was
 * there before gets filled. Apps that failed stay failed: only a requeue sends them again. An app in flight is settled by
 * the answer that is on its way.
 *
 * With `all`, everything wanted so far counts as backlog, and changes from the feed go before it.
 */
export async function markWanted(db: Database, selection: WantedSelection): Promise<number> {
  if ('appids' in selection) {
    const appids = [...new Set(selection.appids)].sort((a, b) => a - b);
    let wanted = 0;
    for (let start = 0; start < appids.length; start += STEP) {
      wanted += await wantThese(db, appids.slice(start, start + STEP));
    }
    return wanted;
  }
  await sql`
    update pics_state set backlog_change_number = greatest(backlog_change_number, last_change_number)
  `.execute(db);
  await sql`
    insert into pics_app_ledger (id, wanted_change_number)
    select appid, 0 from apps
    where not exists (select from pics_app_ledger where id = apps.appid)
    order by appid
    on conflict (id) do nothing
  `.execute(db);
  return wantAll(db);
}

async function wantThese(db: Database, appids: number[]): Promise<number> {
  return inTransaction(db, async (trx) => {
    await sql`
      insert into pics_app_ledger (id, wanted_change_number)
      select appid, 0 from unnest(${appids}::integer[]) as chosen (appid)
      where not exists (select from pics_app_ledger where id = chosen.appid)
      order by appid
      on conflict (id) do nothing
    `.execute(trx);
    return wantAgain(trx, appids);
  });
}

async function wantAll(db: Database): Promise<number> {
  let wanted = 0;
  for (let last: number | null = -1; last !== null;) {
    const step: { rows: { last: number | null; count: number }[] } = await sql<{
      last: number | null;
      count: number;
    }>`
      with chosen as (
        select id, failed_at from pics_app_ledger where id > ${last} order by id limit ${sql.lit(STEP)} for update
      ),
      marked as (
        update pics_app_ledger
        set settled_change_number = null, wanted_change_number = coalesce(wanted_change_number, 0)
        from chosen
        where pics_app_ledger.id = chosen.id and chosen.failed_at is null
          and (pics_app_ledger.settled_change_number is not null or pics_app_ledger.wanted_change_number is null)
      )
      select max(id) as last, count(*) filter (where failed_at is null) as count from chosen
    `.execute(db);
    last = step.rows[0]?.last ?? null;
    wanted += step.rows[0]?.count ?? 0;
  }
  return wanted;
}
