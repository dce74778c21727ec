import { PRIORITIES, type Priority } from '@pics/core';
import { measureLedger, type Database, type Poll } from '@pics/database';
import { findFetchRate, findSteamPause, getQueueStates, type Queues } from '@pics/queue';
import {
  Counter,
  registerCounter,
  registerGauge,
  registerLedgerGauges,
  registerQueueGauges,
  type Registry,
} from '@pics/service';

export interface MetricsSources {
  database: Database;
  queues: Queues;
  state: { readonly leading: boolean; readonly lastPollAt?: Date };
}

export type ProducerMetrics = ReturnType<typeof createMetrics>;

/** Registers the metrics of the producer; returns the functions that count. */
export function createMetrics(registry: Registry, sources: MetricsSources) {
  const { database, queues, state } = sources;
  registerLedgerGauges(registry, () => measureLedger(database));
  registerQueueGauges(registry, async () => ({
    queues: await getQueueStates(queues),
    fetchRate: await findFetchRate(queues.fetch),
    steamPause: await findSteamPause(queues.redis),
  }));
  const countPoll = registerCounter(registry, {
    name: 'pics_feed_polls_total',
    help: 'Polls of the change feed by result: changes, nothing, gap (changes were missed, a scan looks for them), package_gap (only packages were missed), implausible (its numbers cannot be), or failed.',
    labels: { result: ['changes', 'nothing', 'gap', 'package_gap', 'implausible', 'failed'] },
  });
  const countChanges = registerCounter(registry, {
    name: 'pics_feed_changes_total',
    help: 'Changes announced by Steam, by kind: app or package.',
    labels: { kind: ['app', 'package'] },
  });
  const countDispatched = registerCounter(registry, {
    name: 'pics_dispatch_jobs_total',
    help: 'Jobs added to the fetch queue, by priority (label `lane`): live, backlog or scan.',
    labels: { lane: Object.keys(PRIORITIES) as Priority[] },
  });
  const released = new Counter({
    name: 'pics_dispatch_released_apps_total',
    help: 'Apps released from batches whose job disappeared or failed for good.',
    registers: [registry],
  });
  registerGauge(registry, {
    name: 'pics_producer_leading',
    help: 'Whether this producer polls and dispatches (1) or stands by (0).',
    read: () => (state.leading ? 1 : 0),
  });
  registerGauge(registry, {
    name: 'pics_feed_last_poll_timestamp_seconds',
    help: 'When this producer last polled the change feed successfully, in Unix time; 0 before that.',
    read: () => (state.lastPollAt?.getTime() ?? 0) / 1_000,
  });
  return {
    countPoll: ({ since, current, apps, packages, gap, packageGap }: Poll): void => {
      countPoll({
        result: gap ? 'gap' : packageGap ? 'package_gap' : current > since ? 'changes' : 'nothing',
      });
      countChanges({ kind: 'app' }, apps.length);
      countChanges({ kind: 'package' }, packages.length);
    },
    countFailedPoll: (result: 'failed' | 'implausible') => countPoll({ result }),
    countDispatched: (priority: Priority) => countDispatched({ lane: priority }),
    countReleased: (apps: number) => released.inc(apps),
  };
}
