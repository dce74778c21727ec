import type { WriteJob } from '@pics/core';
import { repeat, type Service } from '@pics/service';
import { THROUGHPUT_INTERVAL_MS } from './config.ts';

export interface Throughput {
  /** Apps settled: written, unknown, restricted or failed. */
  apps: number;
  /** PICS requests; one fetch job is one request and leads to one write job. */
  requests: number;
}

const NOTHING: Throughput = { apps: 0, requests: 0 };

/** Counts what a writer settles and adds it up from time to time instead of once a job. */
export class ThroughputCounter {
  readonly #add: (done: Throughput) => Promise<void>;
  #pending = NOTHING;
  #total = NOTHING;

  /** @param add stores what was done since the last time. */
  constructor(add: (done: Throughput) => Promise<void>) {
    this.#add = add;
  }

  /** Everything counted so far, stored or not. */
  get total(): Throughput {
    return this.#total;
  }

  /** Counts a finished job. Apps to be requested again are not settled; they count when they are. */
  count(job: WriteJob): void {
    const apps = job.task === 'apps' ? job.counts.records + job.counts.unknown + job.counts.failed : 0;
    this.#pending = sum(this.#pending, { apps, requests: 1 });
    this.#total = sum(this.#total, { apps, requests: 1 });
  }

  /** Stores what is pending. It stays pending when that fails, and the error is thrown. */
  async flush(): Promise<void> {
    const done = this.#pending;
    if (done.requests === 0) return;
    this.#pending = NOTHING;
    try {
      await this.#add(done);
    } catch (error) {
      this.#pending = sum(this.#pending, done);
      throw error;
    }
  }
}

function sum(one: Throughput, other: Throughput): Throughput {
  return { apps: one.apps + other.apps, requests: one.requests + other.requests };
}

/** Flushes the counter every few seconds until the service stops, and once more then. */
export function keepAddingThroughput(
  counter: ThroughputCounter,
  { log, stopping, onClose }: Pick<Service, 'log' | 'stopping' | 'onClose'>,
): void {
  const flushing = repeat(() => counter.flush(), {
    intervalMs: THROUGHPUT_INTERVAL_MS,
    signal: stopping,
    onError: (err) => log.debug({ err }, 'throughput could not be stored'),
  });
  onClose('throughput', async () => {
    await flushing;
    await counter.flush().catch(() => {}); // Only the plots will miss it.
  });
}
