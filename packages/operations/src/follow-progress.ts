import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerCounts } from '@pics/database';
import {
  describeProgress,
  describeUnreadable,
  findHint,
  type Progress,
  type ProgressReport,
} from './progress.ts';

const INTERVAL_MS = 1_000;

export interface FollowOptions {
  read: () => Promise<Progress>;
  show: (report: ProgressReport) => void;
  /** What else to say when there is no hint; asked after each read. */
  findNote?: () => string | undefined | Promise<string | undefined>;
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
export async function followProgress(options: FollowOptions): Promise<Progress | undefined> {
  const { read, show, findNote, isOver, signal } = options;
  const startedAt = Date.now();
  const rate = new SettlingRate();
  let latest: Progress | undefined;
  while (!signal.aborted) {
    try {
      latest = await read();
      const appsPerSecond = rate.measure(latest.counts, Date.now());
      const hint = findHint(latest, appsPerSecond, Date.now() - startedAt) ?? (await findNote?.());
      show(describeProgress(latest, appsPerSecond, hint));
      if (await isOver(latest)) break;
    } catch (error) {
      show(describeUnreadable(error));
    }
    await delay(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
  return latest;
}

/** The span the rate is measured over: long enough to be steady across batches of 200 apps, short enough to follow changes. */
const WINDOW_MS = 15_000;

/** Measures how many apps were settled (or failed) per second in the last seconds. */
export class SettlingRate {
  readonly #samples: { at: number; done: number }[] = [];

  /** @returns the current rate; undefined until there is something to compare with. */
  measure({ settled, failed }: LedgerCounts, now: number): number | undefined {
    const done = settled + failed;
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (!first || first.at === now) return undefined;
    return Math.max(0, ((done - first.done) / (now - first.at)) * 1_000);
  }
}
