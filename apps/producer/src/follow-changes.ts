import { findCursor, recordPoll, startCursor, type Poll } from '@pics/database';
import { repeat } from '@pics/service';
import type { ChangesSince } from '@pics/steam';
import { FIRST_POLL_LOOKBACK } from './config.ts';
import type { Producer } from './producer.ts';

export interface FollowChangesDependencies {
  findCursor: () => Promise<number | undefined>;
  getChangesSince: (changeNumber: number) => Promise<ChangesSince>;
  startCursor: (changeNumber: number) => Promise<void>;
  recordPoll: (poll: Poll) => Promise<void>;
}

/**
 * One poll of the change feed: gets the changes since the cursor from Steam, marks those apps wanted, and moves the cursor.
 *
 * Marking and moving are one transaction. If the cursor moved first, a crash would lose the apps until they change again,
 * which a finished game never does; if marking came first, a crash would only repeat the poll. When the response leaves
 * changes out, the same transaction records the gap, so the cursor never moves past changes that nothing will look for.
 *
 * The very first poll has no cursor: it starts a little before the current change number.
 *
 * @throws SteamUnavailable when there is no session or no response; nothing has been written then.
 */
export async function followChanges(dependencies: FollowChangesDependencies): Promise<Poll> {
  const since = (await dependencies.findCursor()) ?? (await startAtPresent(dependencies));
  const changes = await dependencies.getChangesSince(since);
  const { current, apps, packages } = changes;
  const poll = { since, current, apps, packages, gap: isGap(changes, since) };
  if (current > since) await dependencies.recordPoll(poll);
  return poll;
}

async function startAtPresent(dependencies: FollowChangesDependencies): Promise<number> {
  const { current } = await dependencies.getChangesSince(0);
  const start = Math.max(current - FIRST_POLL_LOOKBACK, 1);
  await dependencies.startCursor(start);
  return start;
}

/**
 * How far the number may move without any id before that counts as a gap. Every change number belongs to an app or a package,
 * so an empty response over a long distance means that Steam no longer has those changes, whatever its flags say.
 */
const LONGEST_EMPTY_JUMP = 1_000;

/**
 * Whether a response leaves changes out. Any of the three flags says so (in a recorded response from too long ago,
 * force_full_app_update and force_full_package_update were set and force_full_update was not); so does an empty jump.
 */
function isGap(changes: ChangesSince, since: number): boolean {
  if (changes.forceFullUpdate || changes.forceFullAppUpdate || changes.forceFullPackageUpdate) return true;
  return changes.apps.length + changes.packages.length === 0 && changes.current - since > LONGEST_EMPTY_JUMP;
}

/** One poll on the connections of the producer, traced, counted and logged. */
export async function followOnce(producer: Producer): Promise<void> {
  const { database, steam, log, state, metrics, tracing, pollSpans } = producer;
  const poll = await tracing.span('follow changes', {}, () =>
    followChanges({
      findCursor: () => findCursor(database),
      getChangesSince: (changeNumber) => steam.getChangesSince(changeNumber),
      startCursor: (changeNumber) => startCursor(database, changeNumber),
      recordPoll: async (poll) => {
        await recordPoll(database, poll);
        pollSpans.keep(poll, tracing.findSpanContext());
      },
    }),
  );
  metrics.countPoll(poll);
  state.lastPollAt = new Date();
  const fields = { ...poll, apps: poll.apps.length, packages: poll.packages.length };
  if (poll.gap) log.warn(fields, 'gap in the change feed: changes were missed, scanning for them');
  else if (poll.current > poll.since) log.info(fields, 'changes followed');
}

/** Polls every POLL_INTERVAL_MS until the signal. */
export function keepFollowing(producer: Producer, signal: AbortSignal): Promise<void> {
  return repeat(() => followOnce(producer), {
    intervalMs: producer.settings.POLL_INTERVAL_MS,
    signal,
    onError: (err, retryInMs) => {
      producer.metrics.countFailedPoll();
      producer.log.warn({ err, retryInMs }, 'polling the change feed failed');
    },
  });
}
