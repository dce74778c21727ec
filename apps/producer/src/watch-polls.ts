import { findDatabaseBlocker } from '@pics/database';
import { reportReplica } from '@pics/queue';
import type { Producer } from './producer.ts';

/**
 * Makes readiness and the watchdog of a producer depend on its polls.
 *
 * A producer that stands by while another one leads is ready, and a bulk sync polls only once.
 */
export function watchPolls(producer: Producer): void {
  const { settings, database, steam, state } = producer;
  const isFollowing = () => state.leading && settings.MODE === 'change_monitor';
  producer.addReadinessCheck(() =>
    isFollowing() && !state.lastPollAt ? 'the change feed has not been polled yet' : undefined,
  );
  producer.addReadinessCheck(() => state.feed.findFault());
  producer.watchProgress({
    what: 'poll',
    hasWork: isFollowing,
    lastProgressAt: () => state.lastPollAt,
    findOutage: async () => {
      if (!steam.status.loggedOn) return `no session with Steam: ${steam.status.reason}`;
      const fault = state.feed.findFault();
      if (fault) return fault;
      return findDatabaseBlocker(database);
    },
  });
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
