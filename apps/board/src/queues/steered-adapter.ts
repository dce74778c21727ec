import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queues } from '@pics/queue';

type BullJob = NonNullable<Awaited<ReturnType<BullMQAdapter['getJob']>>>;
type AdapterOptions = NonNullable<ConstructorParameters<typeof BullMQAdapter>[1]>;

/** Sets the requests a second of the whole fleet; null gives the rate back to the settings. */
export type SetFleetRate = (requestsPerSecond: number | null) => Promise<unknown>;

/**
 * Bull Board's view of one queue, in the terms of this project:
 *
 * - "Retry" gives a job all of its attempts back. BullMQ by itself runs an exhausted job once more and fails it for good at
 *   the first hiccup.
 * - Its rate limit is the fleet's rate, when this queue has it. Set in Redis alone, the dispatcher would put it back to what
 *   the fleet was told within a fraction of a second.
 */
export class SteeredAdapter extends BullMQAdapter {
  readonly #setFleetRate: SetFleetRate | undefined;

  constructor(queue: Queues['fetch']['bull'], options: Partial<AdapterOptions>, setFleetRate?: SetFleetRate) {
    super(queue, options);
    this.#setFleetRate = setFleetRate;
  }

  override async getJob(id: string) {
    const job = await super.getJob(id);
    return job && withFreshRetry(job);
  }

  override async getJobs(...range: Parameters<BullMQAdapter['getJobs']>) {
    return (await super.getJobs(...range)).map(withFreshRetry);
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
