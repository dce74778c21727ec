export { connectQueues, reportReplica, type QueueService, type ServiceQueues } from './connect-queues.ts';
export { findFetchRate, setFetchRate } from './fetch-rate.ts';
export { inspectRedis, logEvictionRisk, type RedisFacts } from './inspect-redis.ts';
export type { DeadJob, JobQueue } from './job-queue.ts';
export { getQueueStates, openQueues, type Queues, type QueueState } from './open-queues.ts';
export { probeRedis } from './probe-redis.ts';
export { getReplicas, keepReporting, type Replica, type ReplicaReport } from './replicas.ts';
export { runWorker, type RunWorkerOptions } from './run-worker.ts';
export { startWorker, type RunningWorker, type WorkerOptions } from './start-worker.ts';
