import { setTimeout as delay } from 'node:timers/promises';

/** Short beside what is waited for (a server that starts or stops), long beside what a look costs. */
const POLL_MS = 20;

export interface WaitOptions {
  /** False once there is nothing to wait for any more. */
  canStillCome?: () => boolean;
  /** The time between two looks. */
  pollMs?: number;
}

/**
 * Looks again and again until something is so, and resolves with true; with false when it has not come within the time, or
 * cannot come any more.
 */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
  { canStillCome = () => true, pollMs = POLL_MS }: WaitOptions = {},
): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await delay(pollMs)) {
    if (await isSo()) return true;
    if (!canStillCome()) return false;
  }
  return false;
}
