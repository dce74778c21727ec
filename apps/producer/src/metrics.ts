import type { Priority } from '@pics/core';
import { measureLedger, type Database } from '@pics/database';
import { findFetchRate, getQueueStates, type Queues } from '@pics/queue';
import {
  Counter,
  observeSteam,
  registerGauge,
  registerLedgerGauges,
  registerQueueGauges,
  type Registry,
} from '@pics/service';
import type { SessionStatus } from '@pics/steam';
import type { Turn } from './follow-changes.ts';
import type { ProducerState } from './producer.ts';

export interface MetricsSources {
  database: Database;
  queues: Queues;
  getSession: () => SessionStatus;
  state: Readonly<ProducerState>;
}

export type ProducerMetrics = ReturnType<typeof createMetrics>;

/** Registers what the producer counts and sees; returns where it is told. */
export function createMetrics(registry: Registry, sources: MetricsSources) {
  const { database, queues, getSession, state } = sources;
  const registers = [registry];
  registerLedgerGauges(registry, () => measureLedger(database));
  registerQueueGauges(registry, async () => ({
    queues: await getQueueStates(queues),
    fetchRate: await findFetchRate(queues.fetch),
  }));
  const polls = new Counter({
    name: 'pics_feed_polls_total',
    help: 'Polls of the change feed by result: changes, nothing, gap (changes were missed and are looked for) or failed.',
    labelNames: ['result'],
    registers,
  });
  const changes = new Counter({
    name: 'pics_feed_changes_total',
    help: 'Changes that Steam announced, by kind: app or package.',
    labelNames: ['kind'],
    registers,
  });
  const dispatched = new Counter({
    name: 'pics_dispatch_jobs_total',
    help: 'Jobs put on the fetch queue, by priority (label `lane`): live, backlog or scan.',
    labelNames: ['lane'],
    registers,
  });
  const released = new Counter({
    name: 'pics_dispatch_released_apps_total',
    help: 'Apps taken back from batches whose job was gone or dead.',
    registers,
  });
  registerGauge(registry, {
    name: 'pics_producer_leading',
    help: 'Whether this producer polls and dispatches (1) or stands by (0).',
    read: () => (state.leading ? 1 : 0),
  });
  registerGauge(registry, {
    name: 'pics_feed_last_poll_timestamp_seconds',
    help: 'When this producer last polled the change feed with success, in Unix time; 0 before that.',
    read: () => (state.lastPollAt?.getTime() ?? 0) / 1_000,
  });
  return {
    steam: observeSteam(registry, () => getSession().loggedOn),
    countPoll: ({ since, current, apps, packages, gap }: Turn): void => {
      polls.inc({ result: gap ? 'gap' : current > since ? 'changes' : 'nothing' });
      changes.inc({ kind: 'app' }, apps);
      changes.inc({ kind: 'package' }, packages);
    },
    countFailedPoll: () => polls.inc({ result: 'failed' }),
    countDispatched: (priority: Priority) => dispatched.inc({ lane: priority }),
    countReleased: (apps: number) => released.inc(apps),
  };
}
