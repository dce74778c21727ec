import type { FetchJob, Priority } from '@pics/core';
import type { Batch, ScanRequest } from '@pics/database';
import { FETCH_QUEUE_HIGH_WATER, SCAN_HIGH_WATER } from './config.ts';

export interface DispatchDependencies {
  claimBatch: () => Promise<Batch | undefined>;
  claimScanRequest: () => Promise<ScanRequest | undefined>;
  queue: {
    add: (job: FetchJob, priority: Priority) => Promise<void>;
    countWaiting: (priority: Priority) => Promise<number>;
  };
}

/**
 * One turn of the dispatcher: moves wanted apps from the ledger to `pics-fetch` until the queue stands at its high-water
 * mark, and no further. The backlog stays in Postgres; what Redis holds does not depend on it.
 *
 * A batch is claimed in the ledger first and enqueued after. Killed in between, the batch has no job; that is what
 * `releaseLostBatches` finds. The other way round, a job could run whose apps the ledger thinks idle.
 *
 * @returns how many jobs were added.
 */
export async function dispatchBatches(dependencies: DispatchDependencies): Promise<number> {
  const waiting =
    (await dependencies.queue.countWaiting('live')) + (await dependencies.queue.countWaiting('backlog'));
  let added = 0;
  for (let room = FETCH_QUEUE_HIGH_WATER - waiting; room > 0; room -= 1) {
    const batch = await dependencies.claimBatch();
    if (!batch) break;
    const { priority, ...rest } = batch;
    await dependencies.queue.add({ version: 1, task: 'apps', ...rest }, priority);
    added += 1;
  }
  for (let room = SCAN_HIGH_WATER - (await dependencies.queue.countWaiting('scan')); room > 0; room -= 1) {
    const request = await dependencies.claimScanRequest();
    if (!request) break;
    await dependencies.queue.add({ version: 1, task: 'scan', ...request }, 'scan');
    added += 1;
  }
  return added;
}
