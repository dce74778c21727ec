import type { Queues } from './open-queues.ts';

/** How one queue stands, in jobs. */
export interface QueueState {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Somebody paused it in Bull Board: no job is taken. */
  paused: boolean;
}

/** Gets how both queues stand, in the order data moves. */
export function getQueueStates({ fetch, write }: Pick<Queues, 'fetch' | 'write'>): Promise<QueueState[]> {
  return Promise.all(
    [fetch.bull, write.bull].map(async (bull) => {
      const [counts, paused] = await Promise.all([
        bull.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'),
        bull.isPaused(),
      ]);
      const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
      return { name: bull.name, waiting: wait + prioritized, active, delayed, failed, paused };
    }),
  );
}
