import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../connect-database.ts';

/** Which apps: all that failed, these, those whose error holds a text, of a type, failed since then, or every known one. */
export type RequeueSelection =
  | { failed: true }
  | { appids: readonly number[] }
  | { error: string }
  | { type: string }
  | { since: Date }
  | { all: true };

/**
 * Wants apps again with fresh attempts, whatever is settled of them and whether or not they failed, and returns how many.
 * With `dryRun` it only counts them.
 */
export async function requeueApps(
  db: Database,
  selection: RequeueSelection,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<number> {
  const chosen = conditionOf(selection);
  if (dryRun) {
    const counted = await sql<{ apps: number }>`select count(*) as apps from sync_status where ${chosen}`.execute(db);
    return counted.rows[0]?.apps ?? 0;
  }
  const requeued = await sql`
    with chosen as (select appid from sync_status where ${chosen} order by appid for update)
    update sync_status
    set failed_at = null, last_error = null, attempts = 0, not_before = null, settled_change_number = null,
      wanted_change_number = coalesce(wanted_change_number, 0)
    from chosen
    where sync_status.appid = chosen.appid
  `.execute(db);
  return Number(requeued.numAffectedRows);
}

function conditionOf(selection: RequeueSelection): RawBuilder<boolean> {
  if ('failed' in selection) return sql`failed_at is not null`;
  if ('appids' in selection) return sql`appid = any (${selection.appids}::integer[])`;
  if ('error' in selection) return sql`failed_at is not null and strpos(lower(last_error), lower(${selection.error})) > 0`;
  if ('type' in selection) return sql`appid in (select appid from apps where type = lower(${selection.type}))`;
  if ('since' in selection) return sql`failed_at >= ${selection.since}`;
  return sql`true`;
}
