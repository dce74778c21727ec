import { getBatchesInFlight, releaseBatches } from '@pics/database';
import type { DeadJob } from '@pics/queue';
import type { Producer } from './producer.ts';

interface QueueView {
  getLiveBatchIds: () => Promise<Set<string>>;
  findDeadJobs: (batchIds: ReadonlySet<string>) => Promise<DeadJob[]>;
}

export interface ReleaseDependencies {
  getBatchesInFlight: () => Promise<string[]>;
  releaseBatches: (batchIds: string[], outcome: { counts: boolean; error?: string }) => Promise<number>;
  fetchQueue: QueueView;
  writeQueue: QueueView;
}

/**
 * Releases batches that are in flight in the ledger and in no queue: Redis was flushed, a job was removed by hand, the
 * dispatcher died between claiming and enqueueing, a job failed for good. No timeout is involved, so a paused queue or a slow
 * fetcher loses no batch.
 *
 * The order matters. The ledger is read first: releasing a batch that was settled since does nothing. The fetch queue is read
 * before the write queue: a fetcher adds the write job before its own job ends, so a batch that moves on meanwhile is seen in
 * at least one of them.
 *
 * Apps of a job that disappeared lose no attempt. Apps of a job that failed do, so that whatever breaks the job is retried
 * only so often.
 *
 * @returns how many apps are pending again.
 */
export async function releaseLostBatches(dependencies: ReleaseDependencies): Promise<number> {
  const inFlight = await dependencies.getBatchesInFlight();
  if (inFlight.length === 0) return 0;
  const fetching = await dependencies.fetchQueue.getLiveBatchIds();
  const writing = await dependencies.writeQueue.getLiveBatchIds();
  const lost = new Set(inFlight.filter((batchId) => !fetching.has(batchId) && !writing.has(batchId)));
  if (lost.size === 0) return 0;

  let released = 0;
  for (const dead of [
    ...(await dependencies.fetchQueue.findDeadJobs(lost)),
    ...(await dependencies.writeQueue.findDeadJobs(lost)),
  ]) {
    if (!lost.delete(dead.batchId)) continue;
    released += await dependencies.releaseBatches([dead.batchId], { counts: true, error: dead.error });
  }
  if (lost.size > 0) released += await dependencies.releaseBatches([...lost], { counts: false });
  return released;
}

/** Releases lost batches on the connections of the producer, once. */
export async function releaseOnce({ database, queues, log, metrics }: Producer): Promise<void> {
  const released = await releaseLostBatches({
    getBatchesInFlight: () => getBatchesInFlight(database),
    releaseBatches: (batchIds, outcome) => releaseBatches(database, batchIds, outcome),
    fetchQueue: queues.fetch,
    writeQueue: queues.write,
  });
  metrics.countReleased(released);
  if (released > 0) log.warn({ apps: released }, 'released the apps of lost batches');
}
