import { Counter, Histogram, type Registry } from 'prom-client';

/** One attempt at a job, when it is over. */
export interface JobAttempt {
  queue: string;
  task: string;
  /** `put_back`: what the work needs is away, and the job waits with its attempts untouched. */
  outcome: 'done' | 'failed' | 'put_back';
  /** 1 for the first. */
  attempt: number;
  durationMs: number;
}

/** From a write of some changed apps (10 ms) to a request that runs into its timeout (30 s). */
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers how long batches take and how they end; returns what to tell of each attempt. */
export function observeJobs(registry: Registry): (attempt: JobAttempt) => void {
  const durations = new Histogram({
    name: 'pics_job_duration_seconds',
    help: 'How long one attempt at a job (a batch) took, by its outcome: done, failed or put_back.',
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
    durations.observe({ queue, kind: task, outcome }, durationMs / 1_000);
    if (attempt > 1) retries.inc({ queue, kind: task });
  };
}
