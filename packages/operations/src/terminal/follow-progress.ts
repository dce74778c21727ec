import { setTimeout as delay } from 'node:timers/promises';
import { describeUnreadable, type ProgressReport } from './describe-progress.ts';

const INTERVAL_MS = 1_000;

/** Reading takes at most this share of the time: the counts of a ledger of millions take a second. */
const READING_SHARE = 1 / 10;

export interface FollowOptions<Progress> {
  read: () => Promise<Progress>;
  /** @param watchedMs for how long the progress has been followed. */
  describe: (progress: Progress, watchedMs: number) => ProgressReport;
  show: (report: ProgressReport) => void;
  /** Whether there is nothing more to follow. */
  isOver: (progress: Progress) => boolean | Promise<boolean>;
  signal: AbortSignal;
}

/**
 * Shows the progress every second until it is over or the signal is aborted. While it cannot be read, it shows why and tries
 * again.
 *
 * @returns the progress that was read last; undefined when none could be read.
 */
export async function followProgress<Progress>(
  options: FollowOptions<Progress>,
): Promise<Progress | undefined> {
  const { read, describe, show, isOver, signal } = options;
  const startedAt = Date.now();
  let latest: Progress | undefined;
  while (!signal.aborted) {
    const readAt = Date.now();
    let readMs = 0;
    try {
      latest = await read();
      readMs = Date.now() - readAt;
      show(describe(latest, Date.now() - startedAt));
      if (await isOver(latest)) break;
    } catch (error) {
      show(describeUnreadable(error));
    }
    const pauseMs = Math.max(INTERVAL_MS, readMs / READING_SHARE);
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
  return latest;
}
