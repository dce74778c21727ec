import type { DeadJob } from '@pics/queue';

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
 * Takes back the batches that the ledger has in flight and no queue knows any more: Redis was flushed, a job was removed by
 * hand, a dispatcher died between claiming and enqueueing, a job failed for good. Nothing is taken back by the clock, so a
 * paused queue or a slow fetcher comes out right.
 *
 * The order matters. The ledger is read first, for a batch settled later only makes the release do nothing. The fetch queue
 * is read before the write queue, for a fetcher adds the write job before its own job ends: a batch that moves on meanwhile
 * is seen in at least one of them.
 *
 * Apps of a job that is gone lose no attempt; apps of a job that failed do, so that what breaks a job comes to an end.
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
