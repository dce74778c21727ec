/**
 * The longest an app waits between two tries. Twelve tries at these delays span six minutes: long enough to outlast a
 * restart of Steam's servers, short enough that an app which spoils its batches is found while someone watches.
 */
const LONGEST_DELAY_SECONDS = 60;

/**
 * SQL for how long an app waits that was asked for so many times without a usable answer: 1 s, 2 s, 4 s, … up to a minute.
 *
 * @param attempts SQL for how many times.
 */
export function retryDelay(attempts: string): string {
  return `make_interval(secs => least(${LONGEST_DELAY_SECONDS}, power(2, ${attempts} - 1)))`;
}
