import type { ChangesSince } from '@pics/steam';

/**
 * How far ahead of the cursor Steam's newest change may be. About 1,000 change numbers are used an hour, so this is six weeks
 * without a poll. A lower limit would refuse a database that is restored from a backup; a higher one would follow more of the
 * numbers that a garbled response can contain, and a cursor that once followed one hears of no change again.
 */
const FARTHEST_AHEAD = 1_000_000;

/**
 * Steam's response to a poll has numbers that cannot be, so it is not followed.
 *
 * One response may be garbled. If another server says the same, the cursor itself is wrong: it comes from another Steam, from
 * a simulator, or from an earlier garbled response.
 */
export class ImplausibleChangeNumber extends Error {
  override name = 'ImplausibleChangeNumber';
}

/**
 * Checks that a response can be true for this cursor. A cursor ahead of Steam would get "nothing changed" forever, with no
 * lag and no error; a change ahead of the newest one would settle its app beyond all real changes.
 *
 * @throws ImplausibleChangeNumber with the reason.
 */
export function checkPlausible({ since, current, apps, packages }: ChangesSince, cursor: number): void {
  if (since !== cursor) refuse(`Steam responded with the changes since ${since}, not since ${cursor}`);
  if (current < cursor) refuse(`Steam's newest change ${current} is behind the cursor ${cursor}`);
  if (current - cursor > FARTHEST_AHEAD) {
    refuse(`Steam's newest change ${current} is more than ${FARTHEST_AHEAD} ahead of the cursor ${cursor}`);
  }
  const beyond = [...apps, ...packages].find(({ changeNumber }) => changeNumber > current);
  if (beyond) refuse(`Steam announced change ${beyond.changeNumber}, beyond its newest change ${current}`);
}

function refuse(reason: string): never {
  throw new ImplausibleChangeNumber(reason);
}
