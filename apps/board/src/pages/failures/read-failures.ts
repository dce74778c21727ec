import {
  findRequeue,
  listFailingApps,
  listRequeues,
  summarizeFailures,
  type Database,
  type RequeueProgress,
} from '@pics/database';
import { z } from 'zod';
import { failureQuery, wholeNumber } from '../../api/failures.ts';
import type { Failures } from './failures-page.ts';

const PAGE_SIZE = 100;

/** The requeues of this time are shown, at most three of them: what somebody just did, and what is going on. */
const RECENT_MS = 3_600_000;
const MOST_REQUEUES = 3;

const pageQuery = z.object({ page: wholeNumber.pipe(z.int().min(1).max(10_000)).default(1) });

/** Reads what the page of failures shows, by the query of its address. */
export async function readFailures(database: Database, query: unknown): Promise<Failures> {
  const filter = failureQuery.parse(query);
  const { page } = pageQuery.parse(query);
  const [summary, apps, requeues] = await Promise.all([
    summarizeFailures(database, filter),
    listFailingApps(database, filter, { offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE }),
    readRequeues(database, filter.requeue),
  ]);
  return { filter, summary, apps, requeues, page, pageSize: PAGE_SIZE, at: new Date() };
}

async function readRequeues(database: Database, chosen: number | undefined): Promise<RequeueProgress[]> {
  if (chosen !== undefined) {
    const requeue = await findRequeue(database, chosen);
    return requeue ? [requeue] : [];
  }
  const latest = await listRequeues(database, MOST_REQUEUES);
  return latest.filter(({ requestedAt }) => Date.now() - requestedAt.getTime() < RECENT_MS);
}
