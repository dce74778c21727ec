import { setTimeout as delay } from 'node:timers/promises';

export interface RepeatOptions {
  /** From the end of one turn to the start of the next. */
  intervalMs: number;
  /** The same after a turn that returned `'busy'`: there is probably more to do. */
  busyIntervalMs?: number;
  /** Ends the loop, also in the middle of a pause. */
  signal: AbortSignal;
  /** Told of every turn that threw; the loop goes on. */
  onError: (error: unknown, nextTurnMs: number) => void;
  /** The longest pause after turns that threw one after the other. */
  maxPauseMs?: number;
}

/**
 * Runs `turn` again and again until it returns `'done'` or the signal is aborted, and resolves then.
 *
 * A turn that throws is reported and tried again after a pause that doubles with each failure in a row (with jitter, so that
 * replicas do not march in step).
 */
export async function repeat(
  turn: () => Promise<'done' | 'busy' | void>,
  options: RepeatOptions,
): Promise<void> {
  const { intervalMs, busyIntervalMs = intervalMs, signal, onError, maxPauseMs = 30_000 } = options;
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = intervalMs;
    try {
      const outcome = await turn();
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
