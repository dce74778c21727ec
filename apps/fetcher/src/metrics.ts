import { FETCH_QUEUE, type FetchedApps, type FetchJob } from '@pics/core';
import { Counter, observeJobs, registerCounter, type Registry } from '@pics/service';

export type FetcherMetrics = ReturnType<typeof createMetrics>;

/** Registers the counters of a fetcher; returns the functions that raise them. */
export function createMetrics(registry: Registry) {
  const countApps = registerCounter(registry, {
    name: 'pics_fetch_answers_total',
    help: 'Apps by the response of Steam: full, restricted, unknown, failed (a body that cannot be used) or unanswered.',
    labels: { answer: ['full', 'restricted', 'unknown', 'failed', 'unanswered'] },
  });
  const retries = new Counter({
    name: 'pics_fetch_retried_apps_total',
    help: 'Apps requested again because an earlier request had no usable response.',
    registers: [registry],
  });
  return {
    onAttempt: observeJobs(registry, FETCH_QUEUE),
    countRequest: (job: FetchJob): void => {
      if (job.task === 'apps' && job.attempt > 0) retries.inc(job.appids.length);
    },
    countResponses: ({ records, unknown, failed, unanswered }: FetchedApps): void => {
      const restricted = records.filter(({ access }) => access === 'restricted').length;
      countApps({ answer: 'full' }, records.length - restricted);
      countApps({ answer: 'restricted' }, restricted);
      countApps({ answer: 'unknown' }, unknown.length);
      countApps({ answer: 'failed' }, failed.length);
      countApps({ answer: 'unanswered' }, unanswered.length);
    },
  };
}
