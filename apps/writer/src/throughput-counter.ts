import type { WriteJob } from '@pics/core';

export interface Throughput {
  /** Apps settled: written, unknown, restricted or failed. */
  apps: number;
  /** PICS requests; one fetch job is one request, and makes one write job. */
  requests: number;
}

const NOTHING: Throughput = { apps: 0, requests: 0 };

/**
 * Counts what a writer gets done and hands it on now and then, instead of once a job: the cost of counting does not depend
 * on how fast the line runs.
 */
export class ThroughputCounter {
  readonly #add: (done: Throughput) => Promise<void>;
  #pending = NOTHING;
  #total = NOTHING;

  /** @param add hands on what was done since the last time. */
  constructor(add: (done: Throughput) => Promise<void>) {
    this.#add = add;
  }

  /** Everything counted so far, handed on or not. */
  get total(): Throughput {
    return this.#total;
  }

  /** Counts a job that is done. Apps to be asked for again are not settled, and count when they are. */
  count(job: WriteJob): void {
    const apps = job.task === 'apps' ? job.records.length + job.unknown.length + job.failed.length : 0;
    this.#pending = sum(this.#pending, { apps, requests: 1 });
    this.#total = sum(this.#total, { apps, requests: 1 });
  }

  /** Hands on what is pending. When that fails it is pending again, and this throws what went wrong. */
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
