import { FARTHEST_AHEAD, ImplausibleChangeNumber } from '@pics/core';
import type { ChangesSince } from '@pics/steam';

/**
 * Checks that a response can be true for this cursor. A cursor ahead of Steam would get "nothing changed" forever, with no
 * lag and no error; a change ahead of the newest one would settle its app beyond all real changes.
 *
 * The newest change is a change of an app or a package, so a number far ahead is true when the announced changes reach it.
 * Only a number that none of them comes near is refused: a garbled one, or one after a gap of more than six weeks.
 *
 * @throws ImplausibleChangeNumber with the reason.
 */
export function checkPlausible({ since, current, apps, packages }: ChangesSince, cursor: number): void {
  if (since !== cursor) refuse(`Steam responded with the changes since ${since}, not since ${cursor}`);
  if (current < cursor) refuse(`Steam's newest change ${current} is behind the cursor ${cursor}`);
  let announced = cursor;
  for (const changes of [apps, packages]) {
    for (const { changeNumber } of changes) announced = Math.max(announced, changeNumber);
  }
  if (announced > current) refuse(`Steam announced change ${announced}, beyond its newest change ${current}`);
  if (current - announced > FARTHEST_AHEAD) {
    refuse(`Steam's newest change ${current} is more than ${FARTHEST_AHEAD} ahead of the cursor ${cursor}`);
  }
}

function refuse(reason: string): never {
  throw new ImplausibleChangeNumber(reason);
}
