import { JOB_VERSION, type FetchJob, type Priority } from '@pics/core';
import {
  claimBatch,
  claimScanRequest,
  claimTokenRequest,
  getFleetSettings,
  hasDueWork,
  markFilled,
  type Batch,
  type ScanRequest,
  type TokenRequest,
} from '@pics/database';
import { findSteamPause, setFetchRate } from '@pics/queue';
import { repeat } from '@pics/service';
import {
  BUSY_DISPATCH_INTERVAL_MS,
  DISPATCH_INTERVAL_MS,
  DUE_CHECK_MS,
  FETCH_QUEUE_HIGH_WATER,
  RELEASE_INTERVAL_MS,
  SCAN_HIGH_WATER,
} from './config.ts';
import type { Producer } from './producer.ts';
import { releaseOnce } from './release-lost-batches.ts';

export interface DispatchDependencies {
  claimBatch: () => Promise<Batch | undefined>;
  claimScanRequest: () => Promise<ScanRequest | undefined>;
  claimTokenRequest: () => Promise<TokenRequest | undefined>;
  queue: {
    add: (job: FetchJob, priority: Priority) => Promise<void>;
    countWaiting: (priority: Priority) => Promise<number>;
  };
}

/**
 * Moves wanted apps from the ledger to `pics-fetch` until the queue is at its high-water mark. The backlog stays in Postgres,
 * so the size of Redis does not depend on it.
 *
 * A batch is claimed in the ledger first and enqueued after. If the process dies in between, the batch has no job, and
 * `releaseLostBatches` finds it. The other way round, a job could run for apps that the ledger considers idle.
 *
 * @returns how many jobs were added.
 */
export async function dispatchBatches(dependencies: DispatchDependencies): Promise<number> {
  const waiting =
    (await dependencies.queue.countWaiting('live')) + (await dependencies.queue.countWaiting('backlog'));
  let added = 0;
  // One at a time and before all batches: requests for tokens are few, and each completes up to 1,000 apps.
  const tokens = waiting < FETCH_QUEUE_HIGH_WATER ? await dependencies.claimTokenRequest() : undefined;
  if (tokens) {
    await dependencies.queue.add({ version: JOB_VERSION, task: 'tokens', ...tokens }, 'live');
    added += 1;
  }
  for (let room = FETCH_QUEUE_HIGH_WATER - waiting - added; room > 0; room -= 1) {
    const batch = await dependencies.claimBatch();
    if (!batch) break;
    const { priority, ...rest } = batch;
    await dependencies.queue.add({ version: JOB_VERSION, task: 'apps', ...rest }, priority);
    added += 1;
  }
  for (let room = SCAN_HIGH_WATER - (await dependencies.queue.countWaiting('scan')); room > 0; room -= 1) {
    const request = await dependencies.claimScanRequest();
    if (!request) break;
    await dependencies.queue.add({ version: JOB_VERSION, task: 'scan', ...request }, 'scan');
    added += 1;
  }
  return added;
}

/**
 * Dispatches once under the fleet settings: at the rate that was set live or else the configured one, reduced after Steam refused
 * requests, and not at all while paused. During a pause, jobs already in the queue are still fetched, a few seconds' worth, and
 * the change feed is recorded, so nothing is missed.
 *
 * @returns whether it dispatched anything.
 */
export async function dispatchOnce(
  producer: Pick<Producer, 'settings' | 'database' | 'queues' | 'log' | 'metrics' | 'tracing' | 'pollSpans'>,
): Promise<boolean> {
  const { settings, database, queues, log, metrics, tracing, pollSpans } = producer;
  const { fetchRate, pausedAt } = await getFleetSettings(database);
  // Set every time, because it lives in Redis: after a flush it must be back before the first new job is.
  const { share } = (await findSteamPause(queues.redis)) ?? { share: 1 };
  await setFetchRate(queues.fetch, (fetchRate ?? settings.FETCH_RATE_PER_SECOND) * share);
  if (pausedAt) return false;
  const added = await dispatchBatches({
    claimBatch: () => claimBatch(database, { size: settings.FETCH_BATCH_SIZE }),
    claimScanRequest: () => claimScanRequest(database, { size: settings.SCAN_BATCH_SIZE }),
    claimTokenRequest: () => claimTokenRequest(database),
    queue: {
      countWaiting: (priority) => queues.fetch.countWaiting(priority),
      add: async (job, priority) => {
        const attributes = { batch: job.batchId, apps: job.appids.length, priority };
        const parent = job.task === 'apps' ? pollSpans.find(job.changeNumber) : undefined;
        await tracing.span('dispatch batch', attributes, () => queues.fetch.add(job, priority), parent);
        metrics.countDispatched(priority);
      },
    },
  });
  if (added > 0) log.debug({ jobs: added }, 'dispatched');
  return added > 0;
}

/** Whether something should be dispatched right now: it is due, the fleet is not paused, and `pics-fetch` has room. */
export async function isDispatchDue({
  database,
  queues,
}: Pick<Producer, 'database' | 'queues'>): Promise<boolean> {
  const { pausedAt } = await getFleetSettings(database);
  if (pausedAt) return false;
  const [live, backlog, scan] = await Promise.all([
    queues.fetch.countWaiting('live'),
    queues.fetch.countWaiting('backlog'),
    queues.fetch.countWaiting('scan'),
  ]);
  const hasRoom = live + backlog < FETCH_QUEUE_HIGH_WATER;
  return hasDueWork(database, { apps: hasRoom, scans: scan < SCAN_HIGH_WATER, tokens: hasRoom });
}

/**
 * Dispatches batches, releases lost ones, and records the end of the first fill, until the signal. It is one loop on purpose:
 * between its claim and its job, a batch looks just like a lost one.
 */
export function keepDispatching(producer: Producer, signal: AbortSignal): Promise<void> {
  const { state } = producer;
  let releaseAt = 0;
  const iterate = async () => {
    if (Date.now() >= releaseAt) {
      await releaseOnce(producer);
      await markFilled(producer.database);
      releaseAt = Date.now() + RELEASE_INTERVAL_MS;
    }
    const dispatched = await dispatchOnce(producer);
    // Asking each time would cost an idle dispatcher a fifth query, five times a second.
    const isOld = Date.now() - (state.lastDispatchAt?.getTime() ?? 0) > DUE_CHECK_MS;
    if (dispatched || (isOld && !(await isDispatchDue(producer)))) state.lastDispatchAt = new Date();
    state.dispatchError = undefined;
    state.faults.succeed('dispatch');
    return dispatched ? 'busy' : undefined;
  };
  return repeat(iterate, {
    intervalMs: DISPATCH_INTERVAL_MS,
    busyIntervalMs: BUSY_DISPATCH_INTERVAL_MS,
    signal,
    onError: (err, retryInMs) => {
      state.faults.fail('dispatch', err);
      state.dispatchError = err instanceof Error ? err.message : String(err);
      producer.log.warn({ err, retryInMs }, 'dispatching failed');
    },
  });
}
