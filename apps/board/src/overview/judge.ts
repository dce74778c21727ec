import { formatCount, formatDuration } from '../pages/format.ts';
import type { LedgerSide, Overview } from './read-overview.ts';
import { isSilent } from './silence.ts';

/** How the whole line stands, in words for somebody who glances at it. */
export interface Health {
  /** good: nothing to do; busy: working through a lot; warn: somebody should look; bad: work stands still. */
  level: 'good' | 'busy' | 'warn' | 'bad';
  headline: string;
  detail: string;
}

/** What a change takes from the feed into the tables on an ordinary day, with room: that is not being behind. */
const USUAL_MS = 15_000;

/** How long a change may take before that is worth a look: a retry waits up to a minute. */
const SLOW_MS = 90_000;

/** Fewer apps than this are the everyday work of following changes, not a backlog. */
const BACKLOG = 1_000;

/** Judges an overview; what is most in the way of work comes first. */
export function assessHealth({ at, ledger, fleet, problems }: Overview): Health {
  const [problem] = problems;
  if (problem || !ledger || !fleet) {
    return {
      level: 'bad',
      headline: 'Database or Redis unreachable',
      detail: sentences(...problems, 'Work waits and is not lost.'),
    };
  }
  const { feed, counts, steering } = ledger;
  const working = (service: string) =>
    fleet.replicas.filter((replica) => replica.service === service && !isSilent(replica));

  const producers = working('producer');
  if (producers.length === 0) {
    return {
      level: 'bad',
      headline: 'No producer running',
      detail: 'No producer is running: changes are neither seen nor dispatched.',
    };
  }
  const reason = producers.find((producer) => producer.role === 'leads' && producer.reason)?.reason;
  if (reason) return { level: 'bad', headline: 'Steam cannot be followed', detail: sentences(reason) };
  if (steering.pausedAt) {
    const since = formatDuration(at.getTime() - steering.pausedAt.getTime());
    return {
      level: 'warn',
      headline: 'Paused',
      detail: `For ${since}. Changes are recorded and wait; nothing new is fetched.`,
    };
  }
  for (const [service, work] of [
    ['fetcher', 'fetched'],
    ['writer', 'written'],
  ] as const) {
    const running = working(service);
    if (running.length === 0) {
      return { level: 'bad', headline: `Nothing is ${work}`, detail: `No ${service} is running.` };
    }
    if (running.every((replica) => replica.reason)) {
      return { level: 'warn', headline: `Nothing is ${work}`, detail: sentences(running[0]?.reason ?? '') };
    }
  }
  const paused = fleet.queues.find((queue) => queue.paused);
  if (paused) {
    return {
      level: 'warn',
      headline: 'A queue is paused',
      detail: `${paused.name} was paused in its own page; its jobs wait.`,
    };
  }
  if (feed.changeNumber === null) {
    return {
      level: 'busy',
      headline: 'Starting',
      detail: 'The first look at the change feed is on its way.',
    };
  }
  if (
    ledger.scans.some((scan) => scan.reason === 'discovery' && !scan.finishedAt) ||
    toGo(ledger) > BACKLOG
  ) {
    return { level: 'busy', headline: 'Catching up', detail: describeBacklog(ledger) };
  }
  const behindMs = feed.behindSince ? at.getTime() - feed.behindSince.getTime() : 0;
  if (behindMs > USUAL_MS) {
    return {
      level: behindMs > SLOW_MS ? 'warn' : 'good',
      headline: behindMs > SLOW_MS ? 'Behind Steam' : 'Following Steam',
      detail: `A change of ${formatDuration(behindMs)} ago is not in the tables yet.`,
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

function describeBacklog(ledger: LedgerSide): string {
  const etaMs = estimateMs(ledger);
  const looking = ledger.scans.some((scan) => !scan.finishedAt);
  return sentences(
    `${formatCount(toGo(ledger))} of ${formatCount(ledger.counts.known)} apps to go${etaMs === undefined ? '' : `, about ${formatDuration(etaMs)} at the present speed`}`,
    ...(looking ? ['A scan still looks for more'] : []),
  );
}

/** Apps that are still to be fetched or written. */
export function toGo({ counts }: Pick<LedgerSide, 'counts'>): number {
  return counts.wanted + counts.inFlight;
}

/** How many of the last minutes tell the present speed. */
const SPEED_MINUTES = 5;

/** The present speed, in apps a second; undefined as long as nothing was done. */
export function findSpeed({ hour }: Pick<LedgerSide, 'hour'>): number | undefined {
  const latest = hour.slice(-SPEED_MINUTES).map((point) => point.appsPerSecond);
  const begun = latest.findIndex((apps) => apps > 0);
  if (begun === -1) return undefined;
  const since = latest.slice(begun);
  return since.reduce((sum, apps) => sum + apps, 0) / since.length;
}

/** How long what is wanted takes at the present speed; undefined when nothing is wanted, gets done, or may be done. */
export function estimateMs(ledger: Pick<LedgerSide, 'counts' | 'hour' | 'steering'>): number | undefined {
  if (ledger.steering.pausedAt) return undefined;
  const speed = findSpeed(ledger);
  const apps = toGo(ledger);
  return apps > 0 && speed ? (apps / speed) * 1_000 : undefined;
}

/** Each with a full stop, the first letter large. */
function sentences(...parts: string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}${/[.!?]$/.test(part) ? '' : '.'}`)
    .join(' ');
}
