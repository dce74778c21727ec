import type { Lane } from '@pics/core';
import { measureLedger, type Database } from '@pics/database';
import { findFetchRate, getQueueStandings, type Queues } from '@pics/queue';
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
import type { Standing } from './producer.ts';

export interface MetricsSources {
  database: Database;
  queues: Queues;
  getSession: () => SessionStatus;
  standing: Readonly<Standing>;
}

export type ProducerMetrics = ReturnType<typeof createMetrics>;

/** Registers what the producer counts and sees; returns where it is told. */
export function createMetrics(registry: Registry, sources: MetricsSources) {
  const { database, queues, getSession, standing } = sources;
  const registers = [registry];
  registerLedgerGauges(registry, () => measureLedger(database));
  registerQueueGauges(registry, async () => ({
    queues: await getQueueStandings(queues),
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
    help: 'Jobs put on the fetch queue, by lane: live, backlog or scan.',
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
    read: () => (standing.leading ? 1 : 0),
  });
  registerGauge(registry, {
    name: 'pics_feed_last_poll_timestamp_seconds',
    help: 'When this producer last polled the change feed with success, in Unix time; 0 before that.',
    read: () => (standing.lastPollAt?.getTime() ?? 0) / 1_000,
  });
  return {
    steam: observeSteam(registry, () => getSession().loggedOn),
    countPoll: ({ since, current, apps, packages, gap }: Turn): void => {
      polls.inc({ result: gap ? 'gap' : current > since ? 'changes' : 'nothing' });
      changes.inc({ kind: 'app' }, apps);
      changes.inc({ kind: 'package' }, packages);
    },
    countFailedPoll: () => polls.inc({ result: 'failed' }),
    countDispatched: (lane: Lane) => dispatched.inc({ lane }),
    countReleased: (apps: number) => released.inc(apps),
  };
}
