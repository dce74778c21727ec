import { sql } from 'kysely';

/**
 * What makes an app of the ledger pending, that is to be dispatched: it is wanted up to a number it is not settled up to,
 * it is in no batch, and it has not failed. Worded as the partial indexes are, so that they are used.
 */
export const pending = sql<boolean>`(
  failed_at is null and batch_id is null and wanted_change_number is not null
  and (settled_change_number is null or settled_change_number < wanted_change_number)
)`;

/** Pending apps that were not asked for in vain since they were last done; the rest are retries. Worded as the indexes are. */
export const fresh = sql<boolean>`attempts + stale_answers = 0`;
export const retried = sql<boolean>`attempts + stale_answers > 0`;

/** Since when a pending app may be dispatched. */
export const dueSince = sql<Date>`coalesce(not_before, '-infinity')`;

/** That a pending app may be dispatched now. */
export const due = sql<boolean>`${dueSince} <= now()`;
