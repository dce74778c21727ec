import { MAX_ATTEMPTS } from '@pics/core';
import type { Retries } from '@pics/database';
import { describeCatchUp, describeEta, measureCatchUp } from '../status/catch-up.ts';
import type { FleetStatus, LedgerStatus, Status } from '../status/read-status.ts';
import { findReporting } from '../status/replica-state.ts';
import { formatApps, formatCount, formatDuration, sentences } from '../words/format.ts';
import type { Level } from '../words/state.ts';
import { describeShare, findStop } from './find-stop.ts';

/** The health of the whole pipeline, for somebody who glances at it. */
export interface Health {
  /** The most serious of all that is the matter: green means that nothing on the page below wants a look. */
  level: Exclude<Level, 'quiet'>;
  /** "Up to date with Steam", "Up to date; 152 apps failed", "Steam refuses requests". */
  headline: string;
  /** Sentences; empty when the headline says it all. */
  detail: string;
  /** What the pipeline does: it follows changes, fills the tables, or is kept from both by what the headline says. */
  phase: 'following' | 'catching up' | 'stopped';
}

/** On an ordinary day a change is in the tables well within this: until then the tables do not count as behind. */
const USUAL_DELAY_MS = 15_000;

/** A change that takes longer than this is worth a look: a retry waits up to a minute. */
export const LONG_DELAY_MS = 90_000;

/** From this attempt on, some 7 seconds after the first, it is no longer the moment that Steam's servers lag behind. */
const NOTEWORTHY_ATTEMPT = 4;

/** Assesses a status; whatever keeps most work from being done comes first, and failed apps are always named. */
export function assessHealth(status: Status): Health {
  const { at, ledger, fleet, problems } = status;
  if (problems.length > 0 || !ledger) {
    return {
      level: 'bad',
      headline: 'Database or Redis unreachable',
      detail: sentences(...problems, 'Work waits and is not lost.'),
      phase: 'stopped',
    };
  }
  const stop = findStop({ at, ledger, fleet });
  if (stop) return { ...stop, detail: joinParts(stop.detail, ...describeFailures(ledger)), phase: 'stopped' };
  return assessFollowing({ at, ledger, fleet });
}

type Readable = Status & { ledger: LedgerStatus };

function assessFollowing(status: Omit<Readable, 'problems'>): Health {
  const base = describeWork(status);
  const { ledger, fleet } = status;
  const { counts, retries } = ledger;
  const failed = counts.failed > 0 ? `${formatApps(counts.failed)} failed` : '';
  const retried = retries && retries.attempt >= NOTEWORTHY_ATTEMPT ? describeRetried(retries) : '';
  const concerns = [failed, retried].filter((concern) => concern !== '');
  return {
    level: concerns.length > 0 && base.level !== 'bad' ? 'warn' : base.level,
    headline: [concerns.length > 0 ? base.title : base.headline, ...concerns].join('; '),
    detail: joinParts(
      base.detail,
      ...describeFailures(ledger),
      retries ? sentences(describeAttempts(retries)) : '',
      ...(fleet ? describeImpairments(fleet) : []),
    ),
    phase: base.phase,
  };
}

interface Work extends Health {
  /** The headline in short, when something is added to it. */
  title: string;
}

/** What the pipeline is doing, whatever failed or is retried. */
function describeWork({ at, ledger, fleet }: Omit<Readable, 'problems'>): Work {
  const { feed, counts } = ledger;
  if (feed.changeNumber === null) {
    const detail = 'The first poll of the change feed is under way.';
    return { level: 'busy', headline: 'Starting', title: 'Starting', detail, phase: 'catching up' };
  }
  const catchUp = measureCatchUp({ at, ledger, fleet });
  if (catchUp) {
    const detail = sentences(describeCatchUp(catchUp), describeEta(catchUp) ?? '');
    return { level: 'busy', headline: 'Catching up', title: 'Catching up', detail, phase: 'catching up' };
  }
  const behindMs = feed.behindSince ? at.getTime() - feed.behindSince.getTime() : 0;
  if (behindMs > USUAL_DELAY_MS) {
    const isLong = behindMs > LONG_DELAY_MS;
    const headline = isLong ? 'Behind Steam' : 'Following Steam';
    return {
      level: isLong ? 'warn' : 'good',
      headline,
      title: headline,
      detail: `A change from ${formatDuration(behindMs)} ago is not in the tables yet.`,
      phase: 'following',
    };
  }
  return {
    level: 'good',
    headline: 'Up to date with Steam',
    title: 'Up to date',
    detail:
      counts.known === 0
        ? 'No app is known yet.'
        : `${formatCount(counts.settled)} of ${formatCount(counts.known)} apps are settled.`,
    phase: 'following',
  };
}

function describeFailures({ counts: { failed } }: LedgerStatus): string[] {
  return failed > 0
    ? [sentences(`${formatApps(failed)} failed and wait${failed === 1 ? 's' : ''} for a requeue`)]
    : [];
}

function describeRetried({ apps }: Retries): string {
  return `${formatApps(apps)} ${apps === 1 ? 'is' : 'are'} being retried`;
}

/** The retries with attempt and reason: "150 apps are being retried, attempt 6 of 12: NoResponse: Steam did not …". */
export function describeAttempts(retries: Retries): string {
  const { attempt, error } = retries;
  const reason = error ?? "Steam's responses are older than the change";
  return `${describeRetried(retries)}, attempt ${Math.min(attempt, MAX_ATTEMPTS)} of ${MAX_ATTEMPTS}: ${reason}`;
}

/** What slows the fleet down without stopping it. */
function describeImpairments({ replicas, queues, steamPause }: FleetStatus): string[] {
  const waiting = (['fetcher', 'writer'] as const).flatMap((service) => {
    const reporting = findReporting(replicas, service);
    const [first, ...others] = reporting.filter(({ reason }) => reason !== undefined);
    if (!first) return [];
    const all = `${others.length + 1} of ${reporting.length} ${service}s`;
    return [sentences(`${all} ${others.length === 0 ? 'is' : 'are'} waiting: ${first.reason}`)];
  });
  const jobs = queues.reduce((sum, { failed }) => sum + failed, 0);
  return [
    ...(steamPause ? [sentences(`Working at ${describeShare(steamPause)}`)] : []),
    ...waiting,
    ...(jobs > 0
      ? [
          sentences(
            `${formatCount(jobs)} ${jobs === 1 ? 'batch' : 'batches'} failed as a whole within the last week; the apps were dispatched again`,
          ),
        ]
      : []),
  ];
}

function joinParts(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
