import type { LedgerCounts } from '@pics/database';

/** Over how long the rate is measured: long enough to be steady over batches of 200 apps, short enough to follow changes. */
const WINDOW_MS = 15_000;

/** Measures apps settled (or failed) a second over the last seconds. */
export class SettlingRate {
  readonly #samples: { at: number; done: number }[] = [];

  /** @returns the rate as of now; undefined as long as there is nothing to compare with. */
  measure(counts: LedgerCounts, now: number): number | undefined {
    this.#samples.push({ at: now, done: counts.settled + counts.failed });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (!first || first.at === now) return undefined;
    return Math.max(0, ((counts.settled + counts.failed - first.done) / (now - first.at)) * 1000);
  }
}
