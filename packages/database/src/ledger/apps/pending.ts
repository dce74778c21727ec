import { sql } from 'kysely';

/**
 * A pending app is to be dispatched: it is wanted up to a number it is not settled up to, it is in no batch, and it has not
 * failed. These conditions are worded exactly as those of the partial indexes, or Postgres would not use them.
 */
export const pending = sql<boolean>`(
  failed_at is null and batch_id is null and wanted_change_number is not null
  and (settled_change_number is null or settled_change_number < wanted_change_number)
)`;

/** A pending app that got no missing, unusable or stale response since it was last settled. */
export const fresh = sql<boolean>`attempts + stale_answers = 0`;

/** A pending app that got one. */
export const retried = sql<boolean>`attempts + stale_answers > 0`;

/** When a pending app may be dispatched. */
export const dueSince = sql<Date>`coalesce(not_before, '-infinity')`;

/** Whether a pending app may be dispatched now. */
export const due = sql<boolean>`${dueSince} <= now()`;

/**
 * The longest an app waits between two attempts. Twelve attempts with these delays span six minutes: long enough to outlast
 * a restart of Steam's servers, short enough that an app which spoils its batches is found while someone watches.
 */
const LONGEST_DELAY_SECONDS = 60;

/**
 * SQL for how long an app waits after so many responses without use: 1 s, 2 s, 4 s, … up to a minute.
 *
 * @param attempts SQL for how many.
 */
export function retryDelay(attempts: string): string {
  return `make_interval(secs => least(${LONGEST_DELAY_SECONDS}, power(2, ${attempts} - 1)))`;
}

/** Column values of an app that becomes wanted whatever is settled of it; it keeps its place between live and backlog. */
export const wantedAgain = {
  settledChangeNumber: null,
  wantedChangeNumber: sql<number>`coalesce(wanted_change_number, 0)`,
};
