import type { JobQueue } from './job-queue.ts';

/**
 * Finds how many `pics-fetch` jobs a second the whole fleet may start right now, as `setFetchRate` has set it; undefined
 * when no limit is there, which is so before the first producer leads and for a moment after Redis was emptied.
 */
export async function findFetchRate(queue: Pick<JobQueue<never>, 'bull'>): Promise<number | undefined> {
  const limit = await queue.bull.getGlobalRateLimit();
  return limit ? (limit.max * 1_000) / limit.duration : undefined;
}
