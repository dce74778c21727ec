import { LONGEST_POLL_PAUSE_MS } from '@pics/database';
import type { SteamPause } from '@pics/queue';
import type { FleetStatus, LedgerStatus } from '../status/read-status.ts';
import { findReporting } from '../status/replica-state.ts';
import { formatDuration, sentences } from '../words/format.ts';

/** What keeps the pipeline from working. */
export interface Stop {
  level: 'warn' | 'bad';
  headline: string;
  detail: string;
  /** Somebody paused it on purpose. */
  isChosen?: true;
}

/** When a producer stops, another leads within seconds. */
const HANDOVER_MS = 15_000;

/** Finds what keeps most work from being done; undefined when nothing does. A fleet that was not read is not looked at. */
export function findStop(status: {
  at: Date;
  ledger: LedgerStatus;
  fleet: FleetStatus | undefined;
}): Stop | undefined {
  const { at, ledger, fleet } = status;
  return (
    (fleet && findRefusals(fleet, at)) ??
    (fleet && findProducerFault(ledger, fleet)) ??
    findPause(ledger, at) ??
    (fleet && findWorkerFault(fleet)) ??
    (fleet && findPausedQueue(fleet))
  );
}

function findProducerFault({ feed }: LedgerStatus, { replicas }: FleetStatus): Stop | undefined {
  const producers = findReporting(replicas, 'producer');
  if (producers.length === 0) {
    return {
      level: 'bad',
      headline: 'No producer running',
      detail: 'Changes are neither recorded nor dispatched.',
    };
  }
  const leader = producers.find((producer) => producer.role === 'leads');
  if (!isFollowed(feed) && (leader?.reason || feed.polledMsAgo !== null || !leader)) {
    return {
      level: 'bad',
      headline: 'No producer is following Steam',
      detail: sentences(
        leader?.reason ?? (leader ? '' : 'Producers are running, and none leads'),
        feed.polledMsAgo === null
          ? 'The change feed has not been polled yet'
          : `The last poll was ${formatDuration(feed.polledMsAgo)} ago`,
      ),
    };
  }
  if (!leader && (feed.polledMsAgo ?? 0) > HANDOVER_MS) {
    return {
      level: 'warn',
      headline: 'No producer is leading',
      detail: `Producers are running. The last poll was ${formatDuration(feed.polledMsAgo ?? 0)} ago.`,
    };
  }
  return leader?.reason
    ? { level: 'bad', headline: 'The producer is not ready', detail: sentences(leader.reason) }
    : undefined;
}

function findRefusals({ replicas, steamPause }: FleetStatus, at: Date): Stop | undefined {
  // Without a producer nothing makes requests, and that comes first.
  if (!steamPause?.since || findReporting(replicas, 'producer').length === 0) return undefined;
  const { since, until } = steamPause;
  const next = until > at ? `in ${formatDuration(until.getTime() - at.getTime())}` : 'now';
  return {
    level: 'bad',
    headline: 'Steam refuses requests',
    detail: sentences(
      `For ${formatDuration(at.getTime() - since.getTime())}; the next one is made ${next}`,
      'The whole fleet pauses, work waits and is not lost',
    ),
  };
}

/** How far the rate of the fleet is reduced after refusals of Steam. */
export function describeShare({ share }: Pick<SteamPause, 'share'>): string {
  return `${Math.round(share * 100)} % of the rate, since Steam refused requests`;
}

/** Whether a producer polled the change feed within the last minute. */
export function isFollowed({ polledMsAgo }: Pick<LedgerStatus['feed'], 'polledMsAgo'>): boolean {
  return polledMsAgo !== null && polledMsAgo <= LONGEST_POLL_PAUSE_MS;
}

function findPause({ settings }: LedgerStatus, at: Date): Stop | undefined {
  if (!settings.pausedAt) return undefined;
  const duration = formatDuration(at.getTime() - settings.pausedAt.getTime());
  return {
    level: 'warn',
    headline: 'Paused',
    detail: `For ${duration}. Changes are recorded and wait; nothing new is fetched.`,
    isChosen: true,
  };
}

function findWorkerFault({ replicas }: FleetStatus): Stop | undefined {
  for (const [service, work] of [
    ['fetcher', 'fetched'],
    ['writer', 'written'],
  ] as const) {
    const reporting = findReporting(replicas, service);
    const headline = `Nothing is ${work}`;
    if (reporting.length === 0) return { level: 'bad', headline, detail: `No ${service} is running.` };
    if (reporting.every((replica) => replica.reason)) {
      return { level: 'warn', headline, detail: sentences(reporting[0]?.reason ?? '') };
    }
  }
  return undefined;
}

function findPausedQueue({ queues }: FleetStatus): Stop | undefined {
  const paused = queues.find((queue) => queue.paused);
  return (
    paused && {
      level: 'warn',
      headline: 'A queue is paused',
      detail: `${paused.name} was paused on its own page; its jobs wait.`,
      isChosen: true,
    }
  );
}
