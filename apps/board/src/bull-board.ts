import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { fetchJobSchema, writeJobSchema, type FetchJob, type WriteJob } from '@pics/core';
import type { Queues } from '@pics/queue';
import type { RequestHandler } from 'express';
import type { z } from 'zod';

type BullJob = NonNullable<Awaited<ReturnType<BullMQAdapter['getJob']>>>;

/**
 * Bull Board's view of one queue, whose "retry" gives a job all of its attempts back.
 * BullMQ by itself runs an exhausted job once more and fails it for good at the first hiccup.
 */
class FreshRetryAdapter extends BullMQAdapter {
  override async getJob(id: string) {
    const job = await super.getJob(id);
    return job && withFreshRetry(job);
  }

  override async getJobs(...range: Parameters<BullMQAdapter['getJobs']>) {
    return (await super.getJobs(...range)).map(withFreshRetry);
  }
}

function withFreshRetry(job: BullJob): BullJob {
  const retry = job.retry.bind(job);
  job.retry = (state) => retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true });
  return job;
}

/** Bull Board with both queues in the order data moves, for mounting at `basePath`. */
export function createQueuePages(queues: Queues, basePath: string): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath(basePath);
  createBullBoard({
    queues: [
      createAdapter(queues.fetch.bull, fetchJobSchema, describeFetchJob, 'Batches of apps to ask Steam for'),
      createAdapter(queues.write.bull, writeJobSchema, describeWriteJob, 'Records to write to Postgres'),
    ],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'PICS queues', hideDocsLink: true } },
  });
  return serverAdapter.getRouter() as RequestHandler;
}

function createAdapter<Payload>(
  queue: Queues['fetch']['bull'],
  schema: z.ZodType<Payload>,
  describe: (payload: Payload) => object,
  description: string,
): BullMQAdapter {
  const adapter = new FreshRetryAdapter(queue, { description });
  // A payload that is not one of ours is shown as it is: that is what one opened it for.
  adapter.setFormatter('data', (payload: unknown) => {
    const parsed = schema.safeParse(payload);
    return parsed.success ? describe(parsed.data) : payload;
  });
  return adapter;
}

/** A job as a person wants to read it: how many apps and which, not 300 kB of records. */
function describeFetchJob(job: FetchJob): object {
  return { ...job, appids: summarize(job.appids) };
}

function describeWriteJob(job: WriteJob): object {
  if (job.kind === 'scan') {
    return {
      ...job,
      seen: summarize(job.seen.map(([appid]) => appid)),
      unanswered: summarize(job.unanswered),
    };
  }
  return {
    ...job,
    records: summarize(job.records.map((record) => record.appid)),
    unknown: summarize(job.unknown),
  };
}

/** How many ids of a list are spelled out. */
const SHOWN_IDS = 200;

function summarize(appids: readonly number[]): { count: number; appids: string } {
  const more = appids.length > SHOWN_IDS ? ', …' : '';
  return { count: appids.length, appids: appids.slice(0, SHOWN_IDS).join(', ') + more };
}
