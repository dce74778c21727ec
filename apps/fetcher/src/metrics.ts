import type { FetchJob, WriteJob } from '@pics/core';
import { Counter, observeJobs, observeSteam, type Registry } from '@pics/service';
import type { SessionStatus } from '@pics/steam';

/** Registers what a fetcher counts; returns where it is told. */
export function createMetrics(registry: Registry, getSession: () => SessionStatus) {
  const answers = new Counter({
    name: 'pics_fetch_answers_total',
    help: 'Answers of Steam, in apps: full, restricted, unknown, failed (a body that cannot be used) or unanswered.',
    labelNames: ['answer'],
    registers: [registry],
  });
  const retries = new Counter({
    name: 'pics_fetch_retried_apps_total',
    help: 'Apps asked for once more because an earlier request brought no usable answer.',
    registers: [registry],
  });
  return {
    steam: observeSteam(registry, () => getSession().loggedOn),
    onAttempt: observeJobs(registry),
    countRequest: (job: FetchJob): void => {
      if (job.task === 'apps' && job.attempt > 0) retries.inc(job.appids.length);
    },
    countAnswers: (job: WriteJob): void => {
      if (job.task !== 'apps') return;
      const restricted = job.records.filter(({ access }) => access === 'restricted').length;
      answers.inc({ answer: 'full' }, job.records.length - restricted);
      answers.inc({ answer: 'restricted' }, restricted);
      answers.inc({ answer: 'unknown' }, job.unknown.length);
      answers.inc({ answer: 'failed' }, job.failed.length);
      answers.inc({ answer: 'unanswered' }, job.unanswered.length);
    },
  };
}
