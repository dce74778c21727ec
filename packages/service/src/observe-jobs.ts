import type { JobAttempt } from '@pics/core';
import { Histogram, type Registry } from 'prom-client';
import { everySeries, registerCounter } from './register-counter.ts';

/** From a write of a few changed apps (10 ms) to a request that times out (30 s). */
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The label of each outcome, as dashboards know it. */
const OUTCOME_LABELS: Record<JobAttempt['outcome'], string> = {
  done: 'done',
  failed: 'failed',
  requeued: 'put_back',
};

/** The tasks of the jobs of both queues. */
const TASKS: readonly string[] = ['apps', 'scan'];

/**
 * Registers how long the jobs of a queue take and how they end; returns the function that records one attempt.
 *
 * The series of both tasks and of every outcome exist from the start, so that an alert sees the first failure.
 */
export function observeJobs(registry: Registry, queue: string): (attempt: JobAttempt) => void {
  const durations = new Histogram({
    name: 'pics_job_duration_seconds',
    help: 'Duration of one attempt at a job, by outcome: done, failed, or put_back (requeued because what it needs is unreachable).',
    labelNames: ['queue', 'kind', 'outcome'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const labels = { queue: [queue], kind: TASKS };
  for (const series of everySeries({ ...labels, outcome: Object.values(OUTCOME_LABELS) }))
    durations.zero(series);
  const countRetry = registerCounter(registry, {
    name: 'pics_job_retries_total',
    help: 'Attempts at a job after its first.',
    labels,
  });
  return ({ task, outcome, attempt, durationMs }) => {
    durations.observe({ queue, kind: task, outcome: OUTCOME_LABELS[outcome] }, durationMs / 1_000);
    if (attempt > 1) countRetry({ queue, kind: task });
  };
}
