import { sql, type RawBuilder } from 'kysely';

/**
 * The longest an app waits between two tries. Twelve tries at these delays span six minutes: long enough to outlast a
 * restart of Steam's servers, short enough that an app which spoils its batches is found while someone watches.
 */
const LONGEST_DELAY_SECONDS = 60;

/** How long an app waits that was asked for `attempts` times without a usable answer: 1 s, 2 s, 4 s, … up to a minute. */
export function retryDelay(attempts: RawBuilder<number>): RawBuilder<unknown> {
  return sql`make_interval(secs => least(${sql.lit(LONGEST_DELAY_SECONDS)}, power(2, ${attempts} - 1)))`;
}
