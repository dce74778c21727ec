import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../connect-database.ts';
import { errorOfGroup } from '../overview/group-failures.ts';

/**
 * Which apps: all that failed, these, those that failed with an error that holds a text (in upper or lower case, and as it
 * came or with `#` for numbers as `groupFailures` shows it), stored ones of a type, those that failed at a time or later, or
 * every known one.
 */
export type RequeueSelection =
  | { failed: true }
  | { appids: readonly number[] }
  | { error: string }
  | { type: string }
  | { since: Date }
  | { all: true };

/** How many apps one statement requeues, so that writers are not kept waiting while 300,000 are. */
const STEP = 10_000;

/**
 * Wants apps again with fresh attempts, whatever is settled of them and whether or not they failed, and returns how many.
 * With `dryRun` it only counts them.
 *
 * It marks the ledger like everything else that wants apps, so no job is made here, and an app that is in flight is settled
 * by the answer on its way instead of going out twice.
 */
export async function requeueApps(
  db: Database,
  selection: RequeueSelection,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<number> {
  const chosen = conditionOf(selection);
  if (dryRun) {
    const { rows } = await sql<{ apps: number }>`
      select count(*) as apps from pics_app_ledger where ${chosen}
    `.execute(db);
    return rows[0]?.apps ?? 0;
  }
  let requeued = 0;
  for (let last = -1, step = STEP; step === STEP; requeued += step) {
    const { rows } = await sql<{ id: number }>`
      with chosen as (
        select id from pics_app_ledger where ${chosen} and id > ${last} order by id limit ${sql.lit(STEP)} for update
      )
      update pics_app_ledger
      set failed_at = null, last_error = null, attempts = 0, stale_answers = 0, not_before = null, settled_change_number = null,
        wanted_change_number = coalesce(wanted_change_number, 0)
      from chosen
      where pics_app_ledger.id = chosen.id
      returning pics_app_ledger.id
    `.execute(db);
    step = rows.length;
    last = rows.reduce((highest, { id }) => Math.max(highest, id), last);
  }
  return requeued;
}

function conditionOf(selection: RequeueSelection): RawBuilder<boolean> {
  if ('failed' in selection) return sql`failed_at is not null`;
  if ('appids' in selection) return sql`id = any (${selection.appids}::integer[])`;
  if ('error' in selection) {
    return sql`failed_at is not null and (
      strpos(lower(last_error), lower(${selection.error})) > 0
      or strpos(lower(${errorOfGroup}), lower(${selection.error})) > 0
    )`;
  }
  if ('type' in selection) {
    // A table that was there before may have an enum here.
    return sql`id in (select appid from apps where lower(type::text) = lower(${selection.type}))`;
  }
  if ('since' in selection) return sql`failed_at >= ${selection.since}`;
  return sql`true`;
}
