import { FARTHEST_AHEAD, ImplausibleChangeNumber } from '@pics/core';
import type { ChangesSince } from '@pics/steam';

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
