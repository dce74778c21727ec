import { ImplausibleChangeNumber } from '@pics/core';
import { findCursor, markPolled, recordPoll, startCursor, type Poll } from '@pics/database';
import { requestUnlessPaused } from '@pics/queue';
import { repeat } from '@pics/service';
import type { ChangesSince } from '@pics/steam';
import { FIRST_POLL_LOOKBACK } from './config.ts';
import { checkPlausible } from './implausible.ts';
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
 * The very first poll has no cursor: it starts a little before the current change number, once a second response has
 * confirmed that number.
 *
 * @throws SteamUnavailable when there is no session or no response; ImplausibleChangeNumber when the response cannot be
 *   true. Nothing has been written then.
 */
export async function followChanges(dependencies: FollowChangesDependencies): Promise<Poll> {
  const cursor = await dependencies.findCursor();
  const since = cursor ?? (await findStart(dependencies));
  const changes = await dependencies.getChangesSince(since);
  checkPlausible(changes, since);
  if (cursor === undefined) await dependencies.startCursor(since);
  const { current, apps, packages } = changes;
  const poll = { since, current, apps, packages, ...findGaps(changes) };
  if (current > since) await dependencies.recordPoll(poll);
  return poll;
}

async function findStart({ getChangesSince }: FollowChangesDependencies): Promise<number> {
  const { current } = await getChangesSince(0);
  return Math.max(current - FIRST_POLL_LOOKBACK, 1);
}

/**
 * How far the number may move without any id before that counts as a gap. Every change number belongs to an app or a package,
 * so an empty response over a long distance means that Steam no longer has those changes, whatever its flags say.
 */
const LONGEST_EMPTY_JUMP = 1_000;

/**
 * Finds what a response leaves out. Steam remembers packages for minutes and apps for hours: of 1,983 recorded polls 65 left
 * out packages alone, mostly after a pause of a few minutes, and 6 apps. So each flag counts for what it names.
 */
function findGaps(changes: ChangesSince): Required<Pick<Poll, 'gap' | 'packageGap'>> {
  const { since, current, apps, packages, forceFullUpdate } = changes;
  const isEmptyJump = apps.length + packages.length === 0 && current - since > LONGEST_EMPTY_JUMP;
  return {
    gap: forceFullUpdate || changes.forceFullAppUpdate || isEmptyJump,
    packageGap: forceFullUpdate || changes.forceFullPackageUpdate || isEmptyJump,
  };
}

/** One poll on the connections of the producer, traced, counted and logged. */
export async function followOnce(producer: Producer): Promise<void> {
  const { database, queues, steam, log, state, metrics, tracing, pollSpans } = producer;
  const poll = await tracing.span('follow changes', {}, () =>
    followChanges({
      findCursor: () => findCursor(database),
      getChangesSince: (changeNumber) =>
        requestUnlessPaused(queues.redis, 'poll', () => steam.getChangesSince(changeNumber)),
      startCursor: (changeNumber) => startCursor(database, changeNumber),
      recordPoll: async (poll) => {
        await recordPoll(database, poll);
        pollSpans.keep(poll, tracing.findSpanContext());
      },
    }),
  );
  if (poll.current <= poll.since) await markPolled(database);
  metrics.countPoll(poll);
  state.lastPollAt = new Date();
  state.feed.follow(poll);
  state.pollError = undefined;
  state.faults.succeed('poll');
  const fields = { ...poll, apps: poll.apps.length, packages: poll.packages.length };
  if (poll.gap) log.warn(fields, 'gap in the change feed: changes were missed, scanning for them');
  else if (poll.packageGap)
    log.info(fields, 'changes followed; Steam left out packages, which are not stored');
  else if (poll.current > poll.since) log.info(fields, 'changes followed');
  // A server whose feed stands still may be at fault alone.
  if (state.feed.findFault()) askElsewhere(producer);
}

/** Polls every POLL_INTERVAL_MS until the signal. A response that cannot be true is asked for again on another server. */
export async function keepFollowing(producer: Producer, signal: AbortSignal): Promise<void> {
  const { settings, state, metrics, log } = producer;
  await repeat(() => followOnce(producer), {
    intervalMs: settings.POLL_INTERVAL_MS,
    signal,
    onError: (err, retryInMs) => {
      const isImplausible = err instanceof ImplausibleChangeNumber;
      metrics.countFailedPoll(isImplausible ? 'implausible' : 'failed');
      state.faults.fail('poll', err);
      state.pollError = err instanceof Error ? err.message : String(err);
      log.warn({ err, retryInMs }, 'polling the change feed failed');
      if (!isImplausible) return;
      state.feed.refuse(err.message);
      askElsewhere(producer);
    },
  });
  state.feed.forget();
}

function askElsewhere({ state, steam }: Producer): void {
  if (state.feed.mayAskElsewhere()) steam.reconnectElsewhere(state.feed.findFault() ?? '');
}
