import type { Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { Service } from '@pics/service';
import type { PicsClient } from '@pics/steam';
import type { required } from './config.ts';
import type { ProducerMetrics } from './metrics.ts';
import type { PollSpans } from './poll-spans.ts';

/** What the producer's loops stand on, and how the producer stands. */
export interface Producer extends Omit<Service<(typeof required)[number]>, 'metrics'> {
  database: Database;
  queues: Queues;
  steam: PicsClient;
  metrics: ProducerMetrics;
  pollSpans: PollSpans;
  state: ProducerState;
}

export interface ProducerState {
  /** Only the leading producer polls and dispatches. */
  leading: boolean;
  lastPollAt?: Date;
}
