import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@pics/database';
import { startPipeline, UNTHROTTLED, wantOnly } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { startSimulatorProcess } from './pipeline/simulator-process.ts';
import { atLeast, type Benchmark, type Comparison } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

/** Numbers of stored apps at which the rate is measured, each over a window of this many apps. */
const MARKS = [10_000, 50_000, 300_000];
const WINDOW = 10_000;

const READ_MS = 250;

/** Whether throughput drops as the catalogue grows. */
export const growth: Benchmark = {
  name: 'growth',
  measures: 'the pipeline, unthrottled, at 10,000 and 50,000 stored apps (--long: also at 300,000)',
  run: async ({ repetitions, long, log }) => {
    const marks = long ? MARKS : MARKS.slice(0, 2);
    const last = (marks.at(-1) ?? 0) + WINDOW;
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${last * 1.05}`]),
    ]);
    const appids = (await simulator.listAppids()).slice(0, last);
    const rates = marks.map((): number[] => []);
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const pipeline = await startPipeline(simulator, postgres, {
        env: UNTHROTTLED,
        prepare: (database) => wantOnly(database, appids),
      });
      await pipeline.start();
      const samples = await recordGrowth(() => countRows(pipeline.database), last);
      await pipeline.stop();
      for (const [index, mark] of marks.entries()) {
        const rate =
          WINDOW / (secondsUntil(samples, mark + WINDOW / 2) - secondsUntil(samples, mark - WINDOW / 2));
        rates[index]?.push(rate);
        log(`run ${repetition}: ${Math.round(rate)} apps/s at ${mark} stored`);
      }
    }
    return marks.map((mark, index) => {
      const project = figureOf(rates[index] ?? []);
      const first: Comparison = { name: `at ${MARKS[0]}`, ...figureOf(rates[0] ?? []) };
      return {
        what: `pipeline at ${mark} stored apps`,
        unit: 'apps/s',
        project,
        ...(index > 0 && { limit: first }),
        goals: index > 0 ? [atLeast(0.8, project, first)] : [],
      };
    });
  },
};

/** The number of stored apps at a time. */
interface Sample {
  atMs: number;
  stored: number;
}

/** Samples until this many apps are stored. Throws when a minute passes without progress. */
async function recordGrowth(count: () => Promise<number>, last: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (;;) {
    const stored = await count();
    const atMs = performance.now();
    const before = samples.findLast((sample) => sample.stored < stored);
    samples.push({ atMs, stored });
    if (stored >= last) return samples;
    if (atMs - (before ?? samples[0] ?? { atMs }).atMs > 60_000)
      throw new Error(`no progress for a minute at ${stored} apps`);
    await delay(READ_MS);
  }
}

/** Returns the time in seconds at which this many apps were stored, interpolated between two samples. */
function secondsUntil(samples: readonly Sample[], stored: number): number {
  const after = samples.findIndex((sample) => sample.stored >= stored);
  const [one, two] = [samples[after - 1], samples[after]];
  if (!one || !two) throw new Error(`no samples around ${stored} apps`);
  return (one.atMs + ((two.atMs - one.atMs) * (stored - one.stored)) / (two.stored - one.stored)) / 1_000;
}

async function countRows(database: Database): Promise<number> {
  const { count } = await database
    .selectFrom('apps')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
