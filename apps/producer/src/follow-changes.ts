import type { Change, ChangesSince } from '@pics/steam';
import { FIRST_POLL_LOOKBACK } from './config.ts';

export interface Poll {
  since: number;
  current: number;
  apps: readonly Change[];
  packages: readonly Change[];
  gap: boolean;
}

export interface FollowChangesDependencies {
  findCursor: () => Promise<number | undefined>;
  getChangesSince: (changeNumber: number) => Promise<ChangesSince>;
  startCursor: (changeNumber: number) => Promise<void>;
  recordPoll: (poll: Poll) => Promise<void>;
}

export interface Turn {
  since: number;
  current: number;
  apps: number;
  packages: number;
  /** Changes were missed: Steam had forgotten where the cursor stood. */
  gap: boolean;
}

/**
 * One turn of the change feed: ask Steam what changed since the cursor, mark those apps wanted, move the cursor.
 *
 * Marking and moving are one transaction. Moved first, a crash would lose the apps until they change again, which for a
 * finished game is never; marked first, a crash would only repeat the turn. When the answer leaves changes out, the same
 * transaction records the gap, so that the cursor never moves past changes nobody will look for.
 *
 * The very first turn has no cursor: it takes Steam's current number, a little earlier, and follows from there.
 *
 * @throws SteamUnavailable when there is no session or no answer; nothing has been written then.
 */
export async function followChanges(dependencies: FollowChangesDependencies): Promise<Turn> {
  const since = (await dependencies.findCursor()) ?? (await startCursor(dependencies));
  const changes = await dependencies.getChangesSince(since);
  const { current, apps, packages } = changes;
  const gap = isGap(changes, since);
  if (current > since) await dependencies.recordPoll({ since, current, apps, packages, gap });
  return { since, current, apps: apps.length, packages: packages.length, gap };
}

async function startCursor(dependencies: FollowChangesDependencies): Promise<number> {
  const { current } = await dependencies.getChangesSince(0);
  const start = Math.max(current - FIRST_POLL_LOOKBACK, 1);
  await dependencies.startCursor(start);
  return start;
}

/**
 * How far the number may move with no id at all before that counts as a gap. Every change number belongs to an app or a
 * package, so an empty answer over a long way means that Steam had nothing left to tell, whatever its flags say.
 */
const LONGEST_EMPTY_JUMP = 1_000;

/**
 * Whether an answer leaves changes out. Any of the three flags says so (a recorded answer from too long ago had
 * force_full_app_update and force_full_package_update set and force_full_update not); so does an empty jump.
 */
function isGap(changes: ChangesSince, since: number): boolean {
  if (changes.forceFullUpdate || changes.forceFullAppUpdate || changes.forceFullPackageUpdate) return true;
  return changes.apps.length + changes.packages.length === 0 && changes.current - since > LONGEST_EMPTY_JUMP;
}
