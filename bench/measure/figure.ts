/** The result of repeated runs: the median and the range. */
export interface Figure {
  median: number;
  low: number;
  high: number;
  /** Every run, in order. */
  runs: number[];
}

/** @throws RangeError when there are no runs. */
export function figureOf(runs: readonly number[]): Figure {
  const low = Math.min(...runs);
  const high = Math.max(...runs);
  return { median: percentile(runs, 0.5), low, high, runs: [...runs] };
}

/**
 * Returns the value below which this share of all values lies, interpolated between neighbours.
 *
 * @throws RangeError when there are no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('no values');
  return below + (above - below) * (position - Math.floor(position));
}

/** Measures once and returns the figure of that run. */
export type Measurement = () => Promise<number> | number;

export interface InterleaveOptions {
  repetitions: number;
  /** Runs that are discarded: the first ones also pay for compiling and for filling caches. */
  warmUps?: number;
  log?: (progress: string) => void;
}

/**
 * Runs the measurements in turn, several times, so that other load on the machine affects all of them alike. The order
 * rotates with every repetition.
 */
export async function interleave<Name extends string>(
  measurements: Record<Name, Measurement>,
  { repetitions, warmUps = 1, log }: InterleaveOptions,
): Promise<Record<Name, Figure>> {
  const names = Object.keys(measurements) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let repetition = -warmUps; repetition < repetitions; repetition += 1) {
    const first = Math.abs(repetition) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const figure = await measurements[name]();
      log?.(`${repetition < 0 ? 'warm-up' : `run ${repetition + 1}`} of ${name}: ${Math.round(figure)}`);
      if (repetition >= 0) runs[name].push(figure);
    }
  }
  return Object.fromEntries(names.map((name) => [name, figureOf(runs[name])])) as Record<Name, Figure>;
}

/** Returns how long the work takes, in milliseconds of wall time, each time after a first one that is discarded. */
export async function wallMs(work: () => Promise<unknown>, repetitions: number): Promise<Figure> {
  await work();
  const runs: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const startedAt = performance.now();
    await work();
    runs.push(performance.now() - startedAt);
  }
  return figureOf(runs);
}

/** Returns the CPU time in seconds, user and system, that this process spends on the work. */
export async function cpuSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
