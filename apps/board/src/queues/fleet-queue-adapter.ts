import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queues } from '@pics/queue';
import { ApiError } from '../api/errors.ts';
import { describeUnknownJob, type JobDescription } from './describe-job.ts';
import type { JobLedger } from './job-ledger.ts';

type BullQueue = Queues['fetch']['bull'];
type BullJob = NonNullable<Awaited<ReturnType<BullMQAdapter['getJob']>>>;
type BullAdapterOptions = NonNullable<ConstructorParameters<typeof BullMQAdapter>[1]>;

/** Sets the requests a second of the whole fleet; null resets the rate to the settings. */
export type SetFleetRate = (requestsPerSecond: number | null) => Promise<unknown>;

export interface FleetQueueOptions extends Partial<BullAdapterOptions> {
  /** Describes a job to people by its payload; undefined for a payload of an unknown shape, of which little is shown. */
  describe: (payload: unknown) => JobDescription | undefined;
  /** What the buttons that run a job again do instead. */
  ledger: JobLedger;
  /** For the queue whose rate limit is the rate of the fleet. */
  setFleetRate?: SetFleetRate;
}

/**
 * Bull Board's adapter for one queue, with these differences:
 *
 * - Jobs are read one after the other, their payload is shortened at once, and their names say what they are about. BullMQ by
 *   default holds the records of all listed jobs twice: thirty write jobs took a board from 137 MB to 191 MB.
 * - "Retry" and "Promote" go through the ledger, which fetches the apps again in full batches, and the job is removed. A job
 *   that BullMQ runs again is one more request at its old priority, however few apps it has.
 * - The rate limit is stored as the fleet's rate. If it were set in Redis alone, the dispatcher would overwrite it within a
 *   fraction of a second.
 */
export class FleetQueueAdapter extends BullMQAdapter {
  readonly #queue: BullQueue;
  readonly #describe: FleetQueueOptions['describe'];
  readonly #ledger: JobLedger;
  readonly #setFleetRate: SetFleetRate | undefined;

  constructor(queue: BullQueue, { describe, ledger, setFleetRate, ...options }: FleetQueueOptions) {
    super(queue, options);
    this.#queue = queue;
    this.#describe = describe;
    this.#ledger = ledger;
    this.#setFleetRate = setFleetRate;
  }

  override async getJob(id: string) {
    const job = await super.getJob(id);
    if (!job) return undefined;
    const description = this.#describe(job.data);
    if (!description) return Object.assign(job, { data: describeUnknownJob(job.data) });
    const { name, payload, work } = description;
    const remove = () => job.remove();
    return Object.assign(job, {
      name,
      data: payload,
      retry: () => this.#ledger.wantAgain({ work, remove }),
      promote: async () => {
        if (!(await job.isDelayed())) throw new ApiError(400, 'The job is not delayed.');
        await this.#ledger.release({ work, remove });
      },
    });
  }

  override async promoteAll() {
    for (const job of await this.getJobs(['delayed'])) {
      // A job that started meanwhile needs no promotion.
      await job.promote().catch(async (error: unknown) => {
        if (await job.isDelayed()) throw error;
      });
    }
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
