import {
  claimBatch,
  claimScanRequest,
  findCursor,
  findLatestScan,
  findScan,
  findUnnamedTagIds,
  getBatchesInFlight,
  getScans,
  getFleetSettings,
  recordPoll,
  releaseBatches,
  startCursor,
  startScan,
  upsertTagNames,
  type Scan,
} from '@pics/database';
import { setFetchRate } from '@pics/queue';
import { repeat } from '@pics/service';
import {
  BUSY_DISPATCH_INTERVAL_MS,
  DISPATCH_INTERVAL_MS,
  RELEASE_INTERVAL_MS,
  SCAN_CHECK_MS,
  SCAN_REPORT_MS,
  SCANS_REPORTED,
  TAG_NAMES_AGAIN_MS,
  TAG_NAMES_INTERVAL_MS,
} from './config.ts';
import { dispatchBatches } from './dispatch-batches.ts';
import { followChanges } from './follow-changes.ts';
import { nameTags } from './name-tags.ts';
import type { Producer } from './producer.ts';
import { releaseLostBatches } from './release-lost-batches.ts';
import { reportFinishedScans } from './report-finished-scans.ts';
import { scanWhenDue } from './scan-when-due.ts';

/** The loops of the leading producer: each connects one step to the real dependencies and repeats it until the signal. */

/** One turn of the change feed, recorded. */
export async function followOnce(producer: Producer): Promise<void> {
  const { database, steam, log, state, metrics, tracing, pollSpans } = producer;
  const turn = await tracing.span('follow changes', {}, () =>
    followChanges({
      findCursor: () => findCursor(database),
      getChangesSince: (changeNumber) => steam.getChangesSince(changeNumber),
      startCursor: (changeNumber) => startCursor(database, changeNumber),
      recordPoll: async (poll) => {
        await recordPoll(database, poll);
        pollSpans.keep(poll, tracing.findSpanContext());
      },
    }),
  );
  metrics.countPoll(turn);
  state.lastPollAt = new Date();
  if (turn.gap) log.warn(turn, 'gap in the change feed: changes were missed and are looked for');
  else if (turn.current > turn.since) log.info(turn, 'changes followed');
}

export function keepFollowing(producer: Producer, signal: AbortSignal): Promise<void> {
  return repeat(() => followOnce(producer), {
    intervalMs: producer.settings.POLL_INTERVAL_MS,
    signal,
    onError: (err, nextTurnMs) => {
      producer.metrics.countFailedPoll();
      producer.log.warn({ err, nextTurnMs }, 'changes could not be followed');
    },
  });
}

/**
 * One turn of the dispatcher, as the fleet is steered: at the rate that was set live, else at the one of the settings, and
 * not at all while paused. What the queue holds already is still fetched then, some seconds' worth, and the change feed is
 * recorded all along, so that a pause misses nothing.
 *
 * @returns whether it dispatched anything.
 */
export async function dispatchOnce(
  producer: Pick<Producer, 'settings' | 'database' | 'queues' | 'log' | 'metrics' | 'tracing' | 'pollSpans'>,
): Promise<boolean> {
  const { settings, database, queues, log, metrics, tracing, pollSpans } = producer;
  const { fetchRate, pausedAt } = await getFleetSettings(database);
  // Every turn, for the limit lives in Redis: flushed with all the rest, it must be back before the first new job is.
  await setFetchRate(queues.fetch, fetchRate ?? settings.FETCH_RATE_PER_SECOND);
  if (pausedAt) return false;
  const added = await dispatchBatches({
    claimBatch: () => claimBatch(database, { size: settings.FETCH_BATCH_SIZE }),
    claimScanRequest: () => claimScanRequest(database, { size: settings.SCAN_BATCH_SIZE }),
    queue: {
      countWaiting: (priority) => queues.fetch.countWaiting(priority),
      add: async (job, priority) => {
        const batch = { batch: job.batchId, apps: job.appids.length, priority };
        const place = job.task === 'apps' ? pollSpans.find(job.changeNumber) : undefined;
        await tracing.span('dispatch batch', batch, () => queues.fetch.add(job, priority), place);
        metrics.countDispatched(priority);
      },
    },
  });
  if (added > 0) log.debug({ jobs: added }, 'dispatched');
  return added > 0;
}

/** One look for batches that no queue knows any more. */
async function releaseOnce({ database, queues, log, metrics }: Producer): Promise<void> {
  const released = await releaseLostBatches({
    getBatchesInFlight: () => getBatchesInFlight(database),
    releaseBatches: (batchIds, outcome) => releaseBatches(database, batchIds, outcome),
    fetchQueue: queues.fetch,
    writeQueue: queues.write,
  });
  metrics.countReleased(released);
  if (released > 0) log.warn({ apps: released }, 'taken back: their jobs are gone');
}

/**
 * Dispatching and taking back are one loop on purpose: between its claim and its job, a batch looks just like a lost one.
 */
export function keepDispatching(producer: Producer, signal: AbortSignal): Promise<void> {
  let releaseAt = 0;
  const turn = async () => {
    if (Date.now() >= releaseAt) {
      await releaseOnce(producer);
      releaseAt = Date.now() + RELEASE_INTERVAL_MS;
    }
    return (await dispatchOnce(producer)) ? 'busy' : undefined;
  };
  return repeat(turn, {
    intervalMs: DISPATCH_INTERVAL_MS,
    busyIntervalMs: BUSY_DISPATCH_INTERVAL_MS,
    signal,
    onError: (err, nextTurnMs) => producer.log.warn({ err, nextTurnMs }, 'nothing could be dispatched'),
  });
}

export function keepNamingTags({ database, steam, log }: Producer, signal: AbortSignal): Promise<void> {
  const dependencies = {
    findUnnamedTagIds: () => findUnnamedTagIds(database),
    getTagNames: (tagIds: readonly number[]) => steam.getTagNames(tagIds),
    upsertTagNames: (names: ReadonlyMap<number, string>) => upsertTagNames(database, names),
  };
  const asked = new Set<number>();
  let forgetAt = Date.now() + TAG_NAMES_AGAIN_MS;
  const turn = async () => {
    if (Date.now() > forgetAt) {
      asked.clear();
      forgetAt = Date.now() + TAG_NAMES_AGAIN_MS;
    }
    const named = await nameTags(dependencies, asked);
    if (named > 0) log.info({ tags: named }, 'named');
  };
  return repeat(turn, {
    intervalMs: TAG_NAMES_INTERVAL_MS,
    signal,
    onError: (err, nextTurnMs) => log.warn({ err, nextTurnMs }, 'tags could not be named'),
  });
}

export function keepScanning({ settings, database, log }: Producer, signal: AbortSignal): Promise<void> {
  const turn = async (): Promise<void> => {
    const started = await scanWhenDue(
      {
        findLatestScan: () => findLatestScan(database),
        findScan: (reason) => findScan(database, reason),
        startScan: async (reason) =>
          void (await startScan(database, { reason, knownOnly: reason === 'sweep' })),
      },
      { intervalMs: settings.SWEEP_INTERVAL_MS, now: Date.now() },
    );
    if (started === 'sweep') log.info('comparing all known apps with Steam');
    if (started === 'discovery') log.info('looking for apps that came up in the gap');
  };
  return repeat(turn, {
    intervalMs: Math.min(SCAN_CHECK_MS, settings.SWEEP_INTERVAL_MS),
    signal,
    onError: (err, nextTurnMs) => log.warn({ err, nextTurnMs }, 'no scan could be begun'),
  });
}

/** Tells of every scan that comes to its end what it found that the feed had missed. */
export function keepReportingScans({ database, log }: Producer, signal: AbortSignal): Promise<void> {
  const dependencies = {
    getLatestScans: () => getScans(database, SCANS_REPORTED),
    tell: ({ id, reason, requests, seen, marked, gone }: Scan) =>
      log.info({ scan: id, reason, requests, seen, marked, gone }, 'scan finished'),
  };
  let told: Set<number> | undefined;
  const turn = async (): Promise<void> => {
    told = await reportFinishedScans(dependencies, told);
  };
  return repeat(turn, {
    intervalMs: SCAN_REPORT_MS,
    signal,
    onError: (err, nextTurnMs) => log.warn({ err, nextTurnMs }, 'scans could not be looked at'),
  });
}
