import type { JobAttempt } from '@pics/core';
import { Counter, Histogram, type Registry } from 'prom-client';

/** From a write of a few changed apps (10 ms) to a request that times out (30 s). */
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The label of each outcome, as dashboards know it. */
const OUTCOME_LABELS: Record<JobAttempt['outcome'], string> = {
  done: 'done',
  failed: 'failed',
  requeued: 'put_back',
};

/** Registers how long jobs take and how they end; returns the function that records one attempt. */
export function observeJobs(registry: Registry): (attempt: JobAttempt) => void {
  const durations = new Histogram({
    name: 'pics_job_duration_seconds',
    help: 'Duration of one attempt at a job, by outcome: done, failed, or put_back (requeued because what it needs is unreachable).',
    labelNames: ['queue', 'kind', 'outcome'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const retries = new Counter({
    name: 'pics_job_retries_total',
    help: 'Attempts at a job after its first.',
    labelNames: ['queue', 'kind'],
    registers: [registry],
  });
  return ({ queue, task, outcome, attempt, durationMs }) => {
    durations.observe({ queue, kind: task, outcome: OUTCOME_LABELS[outcome] }, durationMs / 1_000);
    if (attempt > 1) retries.inc({ queue, kind: task });
  };
}
