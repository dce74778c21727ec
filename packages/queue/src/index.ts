export { findEvictionRisk } from './find-eviction-risk.ts';
export { findFetchRate } from './find-fetch-rate.ts';
export { getQueueStates, type QueueState } from './get-queue-states.ts';
export { inspectRedis, type RedisFacts } from './inspect-redis.ts';
export { setFetchRate, type DeadJob, type JobQueue } from './job-queue.ts';
export { loadTelemetry } from './load-telemetry.ts';
export { openQueues, type Queues } from './open-queues.ts';
export { getReplicas, keepReporting, type Replica, type ReplicaReport } from './replicas.ts';
export { startWorker, type JobAttempt, type RunningWorker, type WorkerOptions } from './start-worker.ts';
