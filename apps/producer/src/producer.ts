import type { Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { Service } from '@pics/service';
import type { PicsClient } from '@pics/steam';
import type { required } from './config.ts';
import type { FeedHealth } from './feed-health.ts';
import type { ProducerMetrics } from './metrics.ts';
import type { PollSpans } from './poll-spans.ts';
import type { StepFaults } from './step-faults.ts';

/** The connections and the state that the loops of a producer share. */
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
  /** Makes the leader end its work and let another producer lead. */
  giveWay?: (reason: string) => void;
  /** It gave way and has not led since: until another producer polls, it is still responsible. */
  givesWay?: boolean;
  lastPollAt?: Date;
  feed: FeedHealth;
  faults: StepFaults;
  /** The message of the last poll, if it failed. */
  pollError?: string | undefined;
  /** When it last dispatched something, or found nothing to dispatch. */
  lastDispatchAt?: Date;
  /** The message of the last dispatch, if it failed. */
  dispatchError?: string | undefined;
}
