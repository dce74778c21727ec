import { repeat } from '@pics/service';
import type { Progress } from './progress.ts';
import { SettlingRate } from './settling-rate.ts';

const INTERVAL_MS = 1_000;

export interface ProgressFollower {
  read: () => Promise<Progress>;
  /** @param appsPerSecond undefined as long as there is nothing to compare with. */
  show: (progress: Progress, appsPerSecond: number | undefined) => void | Promise<void>;
  /** Whether there is nothing more to follow. */
  isOver: (progress: Progress) => boolean | Promise<boolean>;
  /** Told why it could not be read; it is tried again. */
  onError: (error: unknown) => void;
  signal: AbortSignal;
}

/**
 * Shows how far everything is, every second, until it is over or the signal says so.
 *
 * @returns how it stood last; undefined when it was never seen.
 */
export async function followProgress(follower: ProgressFollower): Promise<Progress | undefined> {
  const { read, show, isOver, onError, signal } = follower;
  const rate = new SettlingRate();
  let progress: Progress | undefined;
  const turn = async () => {
    progress = await read();
    await show(progress, rate.measure(progress.counts, Date.now()));
    if (await isOver(progress)) return 'done' as const;
  };
  await repeat(turn, { intervalMs: INTERVAL_MS, maxPauseMs: 5 * INTERVAL_MS, signal, onError });
  return progress;
}
