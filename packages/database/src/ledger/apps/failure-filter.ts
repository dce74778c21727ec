import { sql, type RawBuilder } from 'kysely';
import { pending, retried } from './pending.ts';

/** Which of the apps with failures; a field that is not set excludes none. */
export interface FailureFilter {
  /** `failed`: given up, waiting for a requeue. `retrying`: without a usable response so far, and asked for again. */
  state?: 'failed' | 'retrying' | undefined;
  /** The reason of their group, exactly. */
  reason?: string | undefined;
  /** The stored type, in upper or lower case. */
  type?: string | undefined;
  /** A part of the stored name, in upper or lower case, or the id. */
  name?: string | undefined;
  /** Apps of this requeue. */
  requeue?: number | undefined;
}

/** The reason for which an app failed or is asked for again. */
export const reasonOfApp = sql<string>`coalesce(last_error, case
  when stale_answers > 0 then 'StaleResponse: older than the announced change'
  else 'Error: no reason was kept'
end)`;

/** The reason that an app of the ledger shares with the others of its group: `#` for every number and byte sequence in it. */
export const reasonOfGroup = sql<string>`regexp_replace(${reasonOfApp}, '0x[0-9a-fA-F]+( 0x[0-9a-fA-F]+)*|\\d+', '#', 'g')`;

/** An app that is wanted up to a number it is not settled up to. */
export const unsettled = sql<boolean>`(settled_change_number is null or settled_change_number < wanted_change_number)`;

/** Waiting for its next attempt, or in a batch. Each half is worded as a partial index. */
const retrying = sql`((${pending} and ${retried}) or (batch_id is not null and failed_at is null and ${retried} and ${unsettled}))`;

/** The condition on a row of the ledger for `filter`. */
export function matchesFilter({ state, reason, type, name, requeue }: FailureFilter): RawBuilder<boolean> {
  const conditions = [
    ...(state === 'failed' ? [sql`failed_at is not null`] : []),
    ...(state === 'retrying' ? [retrying] : []),
    ...(reason === undefined ? [] : [sql`${reasonOfGroup} = ${reason}`]),
    // An existing table may have an enum here.
    ...(type === undefined
      ? []
      : [sql`pics_app_ledger.id in (select appid from apps where lower(type::text) = lower(${type}))`]),
    ...(name === undefined
      ? []
      : [
          sql`(pics_app_ledger.id::text = ${name} or exists (
            select from apps where appid = pics_app_ledger.id and strpos(lower(name), lower(${name})) > 0
          ))`,
        ]),
    ...(requeue === undefined
      ? []
      : [
          sql`pics_app_ledger.id in (select unnest(appids) from pics_requeues where pics_requeues.id = ${requeue})`,
        ]),
  ];
  return sql`(${sql.join([sql`true`, ...conditions], sql` and `)})`;
}
