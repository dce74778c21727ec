/** What repeated runs of the same thing gave: the median, and between what they lay. */
export interface Figure {
  median: number;
  low: number;
  high: number;
  /** Every run, in the order they were made. */
  runs: number[];
}

/** @throws RangeError when nothing was measured. */
export function figureOf(runs: readonly number[]): Figure {
  const low = Math.min(...runs);
  const high = Math.max(...runs);
  return { median: percentile(runs, 0.5), low, high, runs: [...runs] };
}

/**
 * The value that this share of all values does not exceed; the one halfway between two where it falls between them.
 *
 * @throws RangeError when there are no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('nothing was measured');
  return below + (above - below) * (position - Math.floor(position));
}
