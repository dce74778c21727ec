import type { Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { Service } from '@pics/service';
import type { PicsClient } from '@pics/steam';
import type { required } from './config.ts';

/** What the producer's loops stand on, and how the producer stands. */
export interface Producer extends Service<(typeof required)[number]> {
  database: Database;
  queues: Queues;
  steam: PicsClient;
  standing: {
    /** Only the leading producer polls and dispatches. */
    leading: boolean;
    lastPollAt?: Date;
  };
}
