import type { Registry } from 'prom-client';
import { registerReadGauges } from './register-gauges.ts';

export interface QueueReading {
  queues: readonly {
    name: string;
    waiting: number;
    active: number;
    delayed: number;
    failed: number;
    paused: boolean;
  }[];
  /** PICS requests a second that the fleet may make; undefined when Redis holds no limit. */
  fetchRate: number | undefined;
}

/** Registers how much work stands in the queues, for services that look at both. */
export function registerQueueGauges(registry: Registry, read: () => Promise<QueueReading>): void {
  registerReadGauges(registry, read, [
    {
      name: 'pics_queue_jobs',
      help: 'Jobs in a queue by state: waiting, active, delayed (between two attempts) or failed.',
      labelNames: ['queue', 'state'],
      samples: ({ queues }) =>
        queues.flatMap(({ name, waiting, active, delayed, failed }) =>
          Object.entries({ waiting, active, delayed, failed }).map(([state, value]) => ({
            labels: { queue: name, state },
            value,
          })),
        ),
    },
    {
      name: 'pics_queue_paused',
      help: 'Whether somebody paused the queue in Bull Board (1) or not (0).',
      labelNames: ['queue'],
      samples: ({ queues }) =>
        queues.map(({ name, paused }) => ({ labels: { queue: name }, value: paused ? 1 : 0 })),
    },
    {
      name: 'pics_queue_fetch_rate_requests_per_second',
      help: 'How many PICS requests a second the whole fleet may make.',
      samples: ({ fetchRate }) => (fetchRate === undefined ? [] : [{ value: fetchRate }]),
    },
  ]);
}
