import type { Pics } from './pics.ts';

/** Often enough that changes come singly at a pace of up to twenty a second. */
const TURN_MS = 50;

/**
 * Lets apps change at a steady pace, whole ones at a time, as far as there are changes left.
 *
 * @returns what ends it.
 */
export function keepReleasing(pics: Pics, perSecond: number): () => void {
  if (perSecond === 0) return () => {};
  const startedAt = performance.now();
  let released = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    if (due > released) pics.release(due - released);
    released = due;
  }, TURN_MS);
  return () => clearInterval(timer);
}
