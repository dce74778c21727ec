import {
  countLedger,
  findUnfinishedScan,
  getFleetSettings,
  getScanLimit,
  type Database,
  type LedgerCounts,
  type ScanProgress,
} from '@pics/database';
import { formatCount, formatDuration, formatRate } from './format.ts';
import { countUnsettled } from './throughput.ts';

/** How much of the work is done at one moment. */
export interface Progress {
  counts: LedgerCounts;
  /** How far the scan that looks for apps has come, from 0 to 1; undefined when none is under way. */
  scanned: number | undefined;
  /** Since when the fleet has been paused; null when it is not. */
  pausedAt: Date | null;
}

/** Progress in words, for a terminal, and in fields, for programs. */
export interface ProgressReport {
  /** How much is done, from 0 to 1; undefined when that means nothing. */
  fraction: number | undefined;
  /** How fast it goes, the time left, and a hint. */
  pace: string;
  counts: string;
  facts: object;
}

/**
 * Reads the progress: the scan first, because a scan that finishes meanwhile has marked what it found, and the counts then
 * include it. The other way round everything would seem settled for a moment.
 */
export async function readProgress(database: Database): Promise<Progress> {
  const scan = await findUnfinishedScan(database);
  const scanned = scan && measureScan({ ...scan, lastAppid: await getScanLimit(database, scan.knownOnly) });
  const [counts, { pausedAt }] = await Promise.all([countLedger(database), getFleetSettings(database)]);
  return { counts, scanned, pausedAt };
}

/** How much of its range of ids a scan has asked for, from 0 to 1. */
export function measureScan({ nextAppid, lastAppid }: Pick<ScanProgress, 'nextAppid' | 'lastAppid'>): number {
  return lastAppid === null ? 1 : Math.min(nextAppid / (lastAppid + 1), 1);
}

/** Whether there is nothing left to do: nothing wanted, in flight, or being looked for. */
export function isSettled({ counts, scanned }: Progress): boolean {
  return countUnsettled(counts) === 0 && scanned === undefined;
}

/** How long the pipeline may take to start, or rest between two batches, before a hint says that nothing moves. */
const IDLE_HINT_AFTER_MS = 20_000;

/**
 * Finds what somebody who waits should know: that the fleet is paused, or that nothing moves although apps are wanted.
 *
 * @param watchedMs for how long the progress has been followed.
 */
export function findHint(
  progress: Progress,
  appsPerSecond: number | undefined,
  watchedMs: number,
): string | undefined {
  if (progress.pausedAt) return 'paused, continue with: pics resume';
  const waiting = countUnsettled(progress.counts) > 0 && progress.scanned === undefined;
  if (waiting && appsPerSecond === 0 && watchedMs > IDLE_HINT_AFTER_MS) {
    return 'nothing moves, find out why with: pics doctor';
  }
  return undefined;
}

/**
 * Describes the progress. The time left is an estimate: while a scan is under way, the ids it has not asked for yet are
 * assumed to hold apps as densely as the others.
 *
 * @param appsPerSecond undefined while it is not known.
 */
export function describeProgress(
  { counts, scanned }: Progress,
  appsPerSecond: number | undefined,
  hint?: string,
): ProgressReport {
  const { known, settled, failed } = counts;
  const left = countUnsettled(counts) + (scanned ? (known * (1 - scanned)) / scanned : 0);
  const done = settled + failed;
  const pace: string[] = [];
  if (scanned !== undefined) pace.push(`scanned ${Math.floor(scanned * 100)} % of the ids`);
  if (appsPerSecond !== undefined) pace.push(`${formatRate(appsPerSecond)} apps/s`);
  if (appsPerSecond && left > 0) pace.push(`ETA ${formatDuration((left / appsPerSecond) * 1_000)}`);
  if (hint !== undefined) pace.push(hint);
  return {
    fraction: done + left > 0 ? done / (done + left) : undefined,
    pace: pace.join(' · '),
    counts: describeCounts(counts),
    facts: {
      ...counts,
      scanned: scanned ?? null,
      appsPerSecond: appsPerSecond ?? null,
      remark: hint ?? null,
    },
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
  const pace = `Waiting for the database: ${String(error)}`;
  return { fraction: undefined, pace, counts: '', facts: { remark: pace } };
}

/** The result of a run until everything is settled, in one line. */
export function summarise({ known, settled, failed }: LedgerCounts, elapsedMs: number): string {
  const counts = `${formatCount(settled)} of ${formatCount(known)} known apps, ${formatCount(failed)} failed`;
  return `Settled: ${counts}, after ${formatDuration(elapsedMs)}.`;
}
