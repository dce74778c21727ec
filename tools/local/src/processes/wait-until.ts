import { setTimeout as delay } from 'node:timers/promises';

/** Short compared with what is waited for (a server that starts or stops), long compared with one check. */
const POLL_MS = 20;

export interface WaitOptions {
  /** False once the condition can never become true; the wait ends then. */
  isPossible?: () => boolean;
  /** The time between two checks. */
  pollMs?: number;
}

/** Checks a condition until it is true, and resolves with true; with false after the timeout, or once it is impossible. */
export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs: number,
  { isPossible = () => true, pollMs = POLL_MS }: WaitOptions = {},
): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await delay(pollMs)) {
    if (await isTrue()) return true;
    if (!isPossible()) return false;
  }
  return false;
}
