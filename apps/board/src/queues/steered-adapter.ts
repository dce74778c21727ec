import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queues } from '@pics/queue';

type BullQueue = Queues['fetch']['bull'];
type BullJob = NonNullable<Awaited<ReturnType<BullMQAdapter['getJob']>>>;
type AdapterOptions = NonNullable<ConstructorParameters<typeof BullMQAdapter>[1]>;

/** Sets the requests a second of the whole fleet; null gives the rate back to the settings. */
export type SetFleetRate = (requestsPerSecond: number | null) => Promise<unknown>;

/**
 * Bull Board's view of one queue, in the terms of this project:
 *
 * - A job is told short as soon as it is read, and one is read after the other. BullMQ by itself holds the records of all
 *   that a page lists, twice: thirty write jobs took a board from 137 MB to 191 MB.
 * - "Retry" gives a job all of its attempts back. BullMQ by itself runs an exhausted job once more and fails it for good at
 *   the first hiccup.
 * - Its rate limit is the fleet's rate, when this queue has it. Set in Redis alone, the dispatcher would put it back to what
 *   the fleet was told within a fraction of a second.
 */
export class SteeredAdapter extends BullMQAdapter {
  readonly #queue: BullQueue;
  readonly #describe: (payload: unknown) => unknown;
  readonly #setFleetRate: SetFleetRate | undefined;

  /** @param describe tells the payload of a job as a person wants to read it. */
  constructor(
    queue: BullQueue,
    describe: (payload: unknown) => unknown,
    options: Partial<AdapterOptions>,
    setFleetRate?: SetFleetRate,
  ) {
    super(queue, options);
    this.#queue = queue;
    this.#describe = describe;
    this.#setFleetRate = setFleetRate;
  }

  override async getJob(id: string) {
    const job = await super.getJob(id);
    if (!job) return undefined;
    job.data = this.#describe(job.data);
    return withFreshRetry(job);
  }

  override async getJobs(...[statuses, start = 0, end = -1]: Parameters<BullMQAdapter['getJobs']>) {
    const jobs: BullJob[] = [];
    const known = statuses.filter((status) => status !== 'paused'); // Of older versions: BullMQ 6 has no such jobs.
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

function withFreshRetry(job: BullJob): BullJob {
  const retry = job.retry.bind(job);
  job.retry = (state) => retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true });
  return job;
}
