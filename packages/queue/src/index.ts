export { findEvictionRisk } from './connection.ts';
export { setFetchRate, type DeadJob, type JobQueue } from './job-queue.ts';
export { openQueues, type Queues } from './open-queues.ts';
export { startWorker, type RunningWorker, type WorkerOptions } from './start-worker.ts';
