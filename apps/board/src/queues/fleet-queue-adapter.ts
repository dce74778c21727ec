import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queues } from '@pics/queue';

type BullQueue = Queues['fetch']['bull'];
type BullJob = NonNullable<Awaited<ReturnType<BullMQAdapter['getJob']>>>;
type BullAdapterOptions = NonNullable<ConstructorParameters<typeof BullMQAdapter>[1]>;

/** Sets the requests a second of the whole fleet; null resets the rate to the settings. */
export type SetFleetRate = (requestsPerSecond: number | null) => Promise<unknown>;

export interface FleetQueueOptions extends Partial<BullAdapterOptions> {
  /** Shortens the payload of a job for people. */
  describe: (payload: unknown) => unknown;
  /** For the queue whose rate limit is the rate of the fleet. */
  setFleetRate?: SetFleetRate;
}

/**
 * Bull Board's adapter for one queue, with three differences:
 *
 * - Jobs are read one after the other, and their payload is shortened at once. BullMQ by default holds the records of all
 *   listed jobs twice: thirty write jobs took a board from 137 MB to 191 MB.
 * - "Retry" gives a job all its attempts. BullMQ by default runs an exhausted job once more, and the first temporary error
 *   fails it again.
 * - The rate limit is stored as the fleet's rate. If it were set in Redis alone, the dispatcher would overwrite it within a
 *   fraction of a second.
 */
export class FleetQueueAdapter extends BullMQAdapter {
  readonly #queue: BullQueue;
  readonly #describe: FleetQueueOptions['describe'];
  readonly #setFleetRate: SetFleetRate | undefined;

  constructor(queue: BullQueue, { describe, setFleetRate, ...options }: FleetQueueOptions) {
    super(queue, options);
    this.#queue = queue;
    this.#describe = describe;
    this.#setFleetRate = setFleetRate;
  }

  override async getJob(id: string) {
    const job = await super.getJob(id);
    if (!job) return undefined;
    job.data = this.#describe(job.data);
    return withAllAttempts(job);
  }

  override async getJobs(...[statuses, start = 0, end = -1]: Parameters<BullMQAdapter['getJobs']>) {
    const jobs: BullJob[] = [];
    const known = statuses.filter((status) => status !== 'paused'); // Older versions had it, BullMQ 6 does not.
    for (const id of await this.#queue.getRanges(known, start, end)) {
      const job = await this.getJob(id);
      if (job) jobs.push(job);
    }
    return jobs;
  }

  override async setConfiguredRateLimit(limit: { max: number; duration: number }) {
    await this.#setFleetRate?.((limit.max * 1_000) / limit.duration);
    await super.setConfiguredRateLimit(limit);
  }

  override async removeConfiguredRateLimit() {
    await this.#setFleetRate?.(null);
    await super.removeConfiguredRateLimit();
  }
}

function withAllAttempts(job: BullJob): BullJob {
  const retry = job.retry.bind(job);
  job.retry = (state) => retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true });
  return job;
}
