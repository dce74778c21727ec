import { LONGEST_POLL_PAUSE_MS } from '@pics/database';
import type { SteamPause } from '@pics/queue';
import { findReporting } from './replica-state.ts';
import { formatCount, formatDuration } from './format.ts';
import type { FleetStatus, LedgerStatus, Status } from './read-status.ts';
import type { Level } from './state.ts';
import { countUnsettled, estimateEtaMs } from './throughput.ts';

/** The health of the whole pipeline, for somebody who glances at it. */
export interface Health {
  level: Exclude<Level, 'quiet'>;
  headline: string;
  detail: string;
}

/** On an ordinary day a change is in the tables well within this: until then the tables do not count as behind. */
const USUAL_DELAY_MS = 15_000;

/** A change that takes longer than this is worth a look: a retry waits up to a minute. */
const LONG_DELAY_MS = 90_000;

/** Fewer apps than this are the everyday work of following changes, not a backlog. */
const BACKLOG = 1_000;

/** Assesses a status; whatever keeps most work from being done comes first. */
export function assessHealth({ at, ledger, fleet, problems }: Status): Health {
  if (problems.length > 0 || !ledger || !fleet) {
    return {
      level: 'bad',
      headline: 'Database or Redis unreachable',
      detail: sentences(...problems, 'Work waits and is not lost.'),
    };
  }
  return (
    findRefusals(fleet, at) ??
    findProducerFault(ledger, fleet) ??
    findPause(ledger, at) ??
    findWorkerFault(fleet) ??
    findPausedQueue(fleet) ??
    assessFollowing(ledger, at)
  );
}

function findProducerFault({ feed }: LedgerStatus, { replicas }: FleetStatus): Health | undefined {
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
  return leader?.reason
    ? { level: 'bad', headline: 'The producer is not ready', detail: sentences(leader.reason) }
    : undefined;
}

function findRefusals({ replicas, steamPause }: FleetStatus, at: Date): Health | undefined {
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

function findPause({ settings }: LedgerStatus, at: Date): Health | undefined {
  if (!settings.pausedAt) return undefined;
  const duration = formatDuration(at.getTime() - settings.pausedAt.getTime());
  return {
    level: 'warn',
    headline: 'Paused',
    detail: `For ${duration}. Changes are recorded and wait; nothing new is fetched.`,
  };
}

function findWorkerFault({ replicas }: FleetStatus): Health | undefined {
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

function findPausedQueue({ queues }: FleetStatus): Health | undefined {
  const paused = queues.find((queue) => queue.paused);
  return (
    paused && {
      level: 'warn',
      headline: 'A queue is paused',
      detail: `${paused.name} was paused on its own page; its jobs wait.`,
    }
  );
}

function assessFollowing(ledger: LedgerStatus, at: Date): Health {
  const { feed, counts, scans } = ledger;
  if (feed.changeNumber === null) {
    return {
      level: 'busy',
      headline: 'Starting',
      detail: 'The first poll of the change feed is under way.',
    };
  }
  const discovering = scans.some((scan) => scan.reason === 'discovery' && !scan.finishedAt);
  if (discovering || countUnsettled(counts) > BACKLOG) {
    return { level: 'busy', headline: 'Catching up', detail: describeBacklog(ledger) };
  }
  const behindMs = feed.behindSince ? at.getTime() - feed.behindSince.getTime() : 0;
  if (behindMs > USUAL_DELAY_MS) {
    const isLong = behindMs > LONG_DELAY_MS;
    return {
      level: isLong ? 'warn' : 'good',
      headline: isLong ? 'Behind Steam' : 'Following Steam',
      detail: `A change from ${formatDuration(behindMs)} ago is not in the tables yet.`,
    };
  }
  return {
    level: 'good',
    headline: 'Up to date with Steam',
    detail:
      counts.known === 0
        ? 'No app is known yet.'
        : `${formatCount(counts.settled)} of ${formatCount(counts.known)} apps are settled.`,
  };
}

function describeBacklog(ledger: LedgerStatus): string {
  const { counts, scans } = ledger;
  const etaMs = estimateEtaMs(ledger);
  const eta = etaMs === undefined ? '' : `, about ${formatDuration(etaMs)} at the current speed`;
  return sentences(
    `${formatCount(countUnsettled(counts))} of ${formatCount(counts.known)} apps to go${eta}`,
    scans.some((scan) => !scan.finishedAt) ? 'A scan is still looking for more' : '',
  );
}

/** Each part as a sentence: a capital letter first, a full stop last. */
function sentences(...parts: string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}${/[.!?]$/.test(part) ? '' : '.'}`)
    .join(' ');
}
