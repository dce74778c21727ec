import type { LedgerCounts } from '@pics/database';

/** How far everything is at one moment. */
export interface Progress {
  counts: LedgerCounts;
  /** How far the scan that looks for apps has come, from 0 to 1; undefined when none is under way. */
  scanned: number | undefined;
}

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

/**
 * The progress as one line. The time left is an estimate: while a scan is under way, the ids it has not asked for are taken
 * to hold apps as densely as the others.
 */
export function describeProgress({ counts, scanned }: Progress, rate: number | undefined): string {
  const { known, wanted, inFlight, settled, failed } = counts;
  const parts = [
    `known ${format(known)}`,
    `wanted ${format(wanted)}`,
    `in flight ${format(inFlight)}`,
    `settled ${format(settled)}`,
    `failed ${format(failed)}`,
  ];
  if (scanned !== undefined) parts.push(`looked through ${Math.floor(scanned * 100)} % of the ids`);
  if (rate !== undefined) parts.push(`${format(Math.round(rate))} apps/s`);
  const left = wanted + inFlight + (scanned ? (known * (1 - scanned)) / scanned : 0);
  if (rate && left > 0) parts.push(`ETA ${formatDuration(left / rate)}`);
  return parts.join(' · ');
}

/** Whole numbers with thousands separated, the same in every locale. */
export function format(count: number): string {
  return count.toLocaleString('en-US');
}

/** A duration in at most two units. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
