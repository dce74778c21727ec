import {
  findDatabaseBlocker,
  findHolderAfterwards,
  findPollAge,
  LONGEST_POLL_PAUSE_MS,
  probeDatabase,
} from '@pics/database';
import { findSteamPauseReason, probeRedis, reportReplica } from '@pics/queue';
import type { Producer } from './producer.ts';

/**
 * Makes readiness and the watchdog of a producer depend on what the leader achieves: polls, and the dispatch of what is due.
 *
 * A producer that stands by is ready while another one polls. When the feed is not polled, no producer is ready,
 * leader or not. A bulk sync polls only once and is not measured by it.
 */
export function watchProgress(producer: Producer): void {
  const { settings, database, queues, steam, state } = producer;
  const followsFeed = settings.MODE === 'change_monitor';
  const findPause = async () => findSteamPauseReason(queues.redis).catch(() => undefined);
  const findSteamOutage = async () =>
    steam.status.loggedOn ? findPause() : `no session with Steam: ${steam.status.reason}`;
  const findServerOutage = async () =>
    (await probeDatabase(settings.DATABASE_URL)) ?? (await probeRedis(settings.REDIS_URL));
  // A leader that gave way is at fault until somebody polls: it may be the only producer, and lead again without progress.
  const isResponsible = async () =>
    state.leading || (state.givesWay === true && describePollAge(await findPollAge(database)) !== undefined);

  producer.addReadinessCheck(() => state.feed.findFault());
  producer.addReadinessCheck(() => state.faults.findReason(() => findHolderAfterwards(database)));
  producer.watchProgress({
    what: 'poll',
    hasWork: async () => followsFeed && (await isResponsible()),
    lastProgressAt: () => state.lastPollAt,
    findBlocker: async () => (await findSteamOutage()) ?? (await findDatabaseBlocker(database)),
    findOutage: async () => (await findSteamOutage()) ?? state.feed.findFault() ?? (await findServerOutage()),
    findLastError: () => state.pollError,
    onStall: (description) => state.giveWay?.(description),
  });
  producer.watchProgress({
    what: 'dispatch',
    hasWork: isResponsible,
    lastProgressAt: () => state.lastDispatchAt,
    findBlocker: () => undefined,
    findOutage: findServerOutage,
    findLastError: () => state.dispatchError,
    onStall: (description) => state.giveWay?.(description),
  });
  producer.addReadinessCheck(findPause);
  if (followsFeed) producer.addReadinessCheck(async () => describePollAge(await findPollAge(database)));
}

function describePollAge(ageMs: number | undefined): string | undefined {
  if (ageMs === undefined) return 'no producer is following Steam: the change feed has not been polled yet';
  if (ageMs <= LONGEST_POLL_PAUSE_MS) return undefined;
  return `no producer is following Steam: the last poll was ${Math.round(ageMs / 1_000)} s ago`;
}

/** Reports this producer among the replicas, with its role, until it stops. */
export function reportProducer(producer: Producer): void {
  const { queues, state } = producer;
  reportReplica(producer, queues, () => ({
    role: state.leading ? 'leads' : 'stands by',
    lastProgressAt: state.lastPollAt?.toISOString(),
    counters: {},
  }));
}
