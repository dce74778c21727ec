import { setTimeout as delay } from 'node:timers/promises';

export interface RepeatOptions {
  /** From the end of one iteration to the start of the next. */
  intervalMs: number;
  /** The same after an iteration that returned `'busy'`: there is probably more to do. */
  busyIntervalMs?: number;
  /** Ends the loop, also in the middle of a pause. */
  signal: AbortSignal;
  /** Called with the error of every iteration that threw; the loop goes on. */
  onError: (error: unknown, retryInMs: number) => void;
  /** The longest pause after iterations that threw in a row. */
  maxPauseMs?: number;
}

/**
 * Runs `iterate` again and again until it returns `'done'` or the signal is aborted, and resolves then.
 *
 * An iteration that throws is reported and tried again after a pause that doubles with each failure in a row. Jitter keeps
 * replicas from retrying at the same moment.
 */
export async function repeat(
  iterate: () => Promise<'done' | 'busy' | void>,
  options: RepeatOptions,
): Promise<void> {
  const { intervalMs, busyIntervalMs = intervalMs, signal, onError, maxPauseMs = 30_000 } = options;
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = intervalMs;
    try {
      const outcome = await iterate();
      if (outcome === 'done') return;
      if (outcome === 'busy') pauseMs = busyIntervalMs;
      failures = 0;
    } catch (error) {
      failures += 1;
      const longest = Math.min(maxPauseMs, Math.max(intervalMs, 100) * 2 ** failures);
      pauseMs = longest * (0.5 + Math.random() / 2);
      if (!signal.aborted) onError(error, Math.round(pauseMs));
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
}
