import type { LedgerCounts, ScanProgress } from '@pics/database';
import { assessHealth, type Health } from '../health/assess-health.ts';
import { describeEta, measureCatchUp, type CatchUp } from '../status/catch-up.ts';
import type { LedgerStatus, Status } from '../status/read-status.ts';
import { countUnsettled, measureLatestSpeed } from '../status/throughput.ts';
import {
  formatAgo,
  formatApps,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
} from '../words/format.ts';
import type { Level } from '../words/state.ts';

/** A part of a line, in the colour of its level. A link is never broken. */
export interface Span {
  text: string;
  style?: Level | 'link';
}

/** Progress in words, for a terminal, and in fields, for programs. */
export interface ProgressReport {
  /** How much is done, from 0 to 1, for a bar; undefined when there is nothing to draw. */
  share?: number;
  /** What matters most comes first. */
  spans: Span[];
  /** The counts of the ledger, for a log; empty when they are not known. */
  counts: string;
  facts: object;
}

/** What else to say. */
export interface ProgressNotes {
  boardUrl?: string | undefined;
  /** What to do about something that does not move. */
  hint?: string | undefined;
}

/**
 * Describes a status in one line: a catch-up with the time left, how Steam is followed, or what keeps the pipeline from
 * working. The words and numbers are those of the board.
 */
export function describeProgress(status: Status, { boardUrl, hint }: ProgressNotes = {}): ProgressReport {
  const health = assessHealth(status);
  const { ledger } = status;
  const catchUp = ledger && measureCatchUp({ ...status, ledger });
  const spans: Span[] = [
    ...describeWork(status, health, catchUp),
    ...(hint === undefined ? [] : [{ text: hint, style: 'warn' } as const]),
    ...(boardUrl === undefined ? [] : [{ text: boardUrl, style: 'link' } as const]),
  ];
  const facts = { ...listFacts(health, ledger, catchUp), remark: hint ?? null };
  const counts = ledger ? describeCounts(ledger.counts) : '';
  return { ...(catchUp && { share: catchUp.share }), spans, counts, facts };
}

function describeWork(
  { at, ledger }: Status,
  { phase, level, headline, detail }: Health,
  catchUp: CatchUp | undefined,
): Span[] {
  if (!ledger || phase === 'stopped') return [{ text: headline, style: level }, { text: detail }];
  const { feed, counts, retries, scans, hour } = ledger;
  const speed = { text: `${formatRate(measureLatestSpeed(hour).apps)} apps/s` };
  const troubles: Span[] = [
    ...(retries ? [{ text: `${formatCount(retries.apps)} retried`, style: 'warn' } as const] : []),
    ...(counts.failed > 0 ? [{ text: `${formatCount(counts.failed)} failed`, style: 'bad' } as const] : []),
  ];
  if (phase === 'catching up') {
    const eta = catchUp && describeEta(catchUp);
    const done = catchUp && { text: `${formatPercent(catchUp.share)} done` };
    return [
      { text: headline.split(';')[0] ?? headline, style: 'busy' },
      ...(done ? [done] : []),
      ...(eta === undefined ? [] : [{ text: eta }]),
      speed,
      ...(catchUp ? [{ text: catchUp.work }] : []),
      ...troubles,
    ];
  }
  const isBehind = level !== 'good' && feed.behindSince !== null && headline.startsWith('Behind');
  const comparing = scans.find(({ finishedAt }) => finishedAt === null);
  return [
    { text: isBehind ? 'Behind Steam' : 'Following Steam', style: isBehind ? 'warn' : 'good' },
    { text: `change ${formatCount(feed.changeNumber ?? 0)} (${formatAgo(feed.changedAt, at)})` },
    speed,
    ...(comparing ? [{ text: `scanned ${formatPercent(measureScan(comparing))} of the known ids` }] : []),
    ...troubles,
  ];
}

function listFacts(health: Health, ledger: LedgerStatus | undefined, catchUp: CatchUp | undefined): object {
  const { headline, level } = health;
  if (!ledger) return { headline, level };
  const scan = ledger.scans.find(({ finishedAt }) => finishedAt === null);
  return {
    headline,
    level,
    ...ledger.counts,
    changeNumber: ledger.feed.changeNumber,
    share: catchUp?.share ?? null,
    scanned: catchUp?.idsShare ?? (scan ? measureScan(scan) : null),
    appsPerSecond: measureLatestSpeed(ledger.hour).apps,
    etaSeconds: catchUp?.etaMs === undefined ? null : Math.round(catchUp.etaMs / 1_000),
  };
}

/** How much of its range of ids a scan has asked for, from 0 to 1. */
export function measureScan({ nextAppid, lastAppid }: Pick<ScanProgress, 'nextAppid' | 'lastAppid'>): number {
  return lastAppid === null ? 1 : Math.min(nextAppid / (lastAppid + 1), 1);
}

/** Whether there is nothing left to do: nothing wanted, in flight, or being looked for, and no token to ask for. A status without a ledger is not. */
export function isSettled({ ledger }: Pick<Status, 'ledger'>): boolean {
  if (!ledger) return false;
  const { counts, scans } = ledger;
  return (
    countUnsettled(counts) + counts.tokensWanted === 0 && scans.every(({ finishedAt }) => finishedAt !== null)
  );
}

/** How long the pipeline may take to start before a hint says that nothing moves. */
const IDLE_HINT_AFTER_MS = 20_000;

/**
 * Finds what somebody who waits should do: resume a paused fleet, or find out why nothing moves although apps are wanted.
 *
 * @param watchedMs for how long the progress has been followed.
 */
export function findHint({ ledger }: Pick<Status, 'ledger'>, watchedMs: number): string | undefined {
  if (!ledger) return undefined;
  if (ledger.settings.pausedAt) return 'continue with: pics resume';
  const isScanning = ledger.scans.some(({ finishedAt }) => finishedAt === null);
  const waiting = countUnsettled(ledger.counts) - (ledger.retries?.apps ?? 0);
  const isIdle = ledger.hour.at(-1)?.requestsPerSecond === 0;
  return waiting > 0 && !isScanning && isIdle && watchedMs > IDLE_HINT_AFTER_MS
    ? 'nothing moves, find out why with: pics doctor'
    : undefined;
}

/** Describes how far named apps have come. */
export function describeNamedApps(counts: LedgerCounts, hint?: string): ProgressReport {
  const done = counts.settled + counts.failed;
  return {
    ...(counts.known > 0 && { share: done / counts.known }),
    spans: [
      { text: `${formatCount(done)} of ${formatApps(counts.known)} done` },
      ...(counts.failed > 0 ? [{ text: `${formatCount(counts.failed)} failed`, style: 'bad' } as const] : []),
      ...(hint === undefined ? [] : [{ text: hint, style: 'warn' } as const]),
    ],
    counts: describeCounts(counts),
    facts: { ...counts, remark: hint ?? null },
  };
}

/** The counts of the ledger in one line. */
export function describeCounts({ known, wanted, inFlight, settled, failed }: LedgerCounts): string {
  return [
    `known ${formatCount(known)}`,
    `wanted ${formatCount(wanted)}`,
    `in flight ${formatCount(inFlight)}`,
    `settled ${formatCount(settled)}`,
    `failed ${formatCount(failed)}`,
  ].join(' · ');
}

/** Replaces the progress while the database cannot be read. */
export function describeUnreadable(error: unknown): ProgressReport {
  const text = `Waiting for the database: ${String(error)}`;
  return { spans: [{ text, style: 'bad' }], counts: '', facts: { remark: text } };
}

/** The result of a run until everything is settled, in one line. */
export function summarise({ known, settled, failed }: LedgerCounts, elapsedMs: number): string {
  const counts = `${formatCount(settled)} of ${formatCount(known)} known apps, ${formatCount(failed)} failed`;
  return `Settled: ${counts}, after ${formatDuration(elapsedMs)}.`;
}
