import type { FetchJob, WriteJob } from '@pics/core';
import { Counter, observeJobs, type Registry } from '@pics/service';

export type FetcherMetrics = ReturnType<typeof createMetrics>;

/** Registers the counters of a fetcher; returns the functions that raise them. */
export function createMetrics(registry: Registry) {
  const responses = new Counter({
    name: 'pics_fetch_answers_total',
    help: 'Apps by the response of Steam: full, restricted, unknown, failed (a body that cannot be used) or unanswered.',
    labelNames: ['answer'],
    registers: [registry],
  });
  const retries = new Counter({
    name: 'pics_fetch_retried_apps_total',
    help: 'Apps requested again because an earlier request had no usable response.',
    registers: [registry],
  });
  return {
    onAttempt: observeJobs(registry),
    countRequest: (job: FetchJob): void => {
      if (job.task === 'apps' && job.attempt > 0) retries.inc(job.appids.length);
    },
    countResponses: (job: WriteJob): void => {
      if (job.task !== 'apps') return;
      const restricted = job.records.filter(({ access }) => access === 'restricted').length;
      responses.inc({ answer: 'full' }, job.records.length - restricted);
      responses.inc({ answer: 'restricted' }, restricted);
      responses.inc({ answer: 'unknown' }, job.unknown.length);
      responses.inc({ answer: 'failed' }, job.failed.length);
      responses.inc({ answer: 'unanswered' }, job.unanswered.length);
    },
  };
}
