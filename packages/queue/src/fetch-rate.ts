import type { JobQueue } from './job-queue.ts';

/** The requests a second that Steam is known to tolerate. When it refuses more, the whole fleet pauses. */
export const TOLERATED_RATE = 2;

/**
 * Sets how many `pics-fetch` jobs, and so PICS requests, the whole fleet may start in a second. Takes effect at once.
 *
 * One request per interval rather than several per second: BullMQ counts in fixed windows, and "2 per 1000 ms" lets four
 * through around the boundary of two windows.
 */
export async function setFetchRate(
  queue: Pick<JobQueue<never>, 'bull'>,
  requestsPerSecond: number,
): Promise<void> {
  if (requestsPerSecond <= 1_000)
    await queue.bull.setGlobalRateLimit(1, Math.ceil(1_000 / requestsPerSecond));
  else await queue.bull.setGlobalRateLimit(Math.ceil(requestsPerSecond / 1_000), 1);
}

/**
 * Finds how many `pics-fetch` jobs a second the whole fleet may start, as `setFetchRate` has set it. Undefined when there is
 * no limit: before the first producer leads, and for a moment after Redis was emptied.
 */
export async function findFetchRate(queue: Pick<JobQueue<never>, 'bull'>): Promise<number | undefined> {
  const limit = await queue.bull.getGlobalRateLimit();
  return limit ? (limit.max * 1_000) / limit.duration : undefined;
}
