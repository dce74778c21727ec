import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@pics/database';
import { startLine, UNTHROTTLED, wantOnly } from './line/line.ts';
import { startPostgres } from './line/postgres.ts';
import { startSimulatorProcess } from './line/simulator-process.ts';
import { atLeast, type Benchmark, type Rival } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

/** At how many stored apps the rate is taken, and over how many apps around that. */
const MARKS = [10_000, 50_000, 300_000];
const AROUND = 10_000;

const LOOK_MS = 250;

/** Whether an app costs more the more there are. */
export const growth: Benchmark = {
  name: 'growth',
  measures: 'the services together, unthrottled, at 10,000 and 50,000 stored apps (--long: and at 300,000)',
  run: async ({ repetitions, long, tell }) => {
    const marks = long ? MARKS : MARKS.slice(0, 2);
    const last = (marks.at(-1) ?? 0) + AROUND;
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${last * 1.05}`]),
    ]);
    const appids = (await simulator.listAppids()).slice(0, last);
    const rates = marks.map((): number[] => []);
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const line = await startLine(simulator, postgres, {
        env: UNTHROTTLED,
        prepare: (database) => wantOnly(database, appids),
      });
      await line.go();
      const course = await watchCourse(() => countRows(line.database), last);
      await line.stop();
      for (const [index, mark] of marks.entries()) {
        const rate =
          AROUND / (secondsUntil(course, mark + AROUND / 2) - secondsUntil(course, mark - AROUND / 2));
        rates[index]?.push(rate);
        tell(`run ${repetition}: ${Math.round(rate)} apps/s at ${mark} stored`);
      }
    }
    return marks.map((mark, index) => {
      const project = figureOf(rates[index] ?? []);
      const first: Rival = { name: `at ${MARKS[0]}`, ...figureOf(rates[0] ?? []) };
      return {
        what: `whole line at ${mark} stored apps`,
        unit: 'apps/s',
        project,
        ...(index > 0 && { limit: first }),
        goals: index > 0 ? [atLeast(0.8, project, first)] : [],
      };
    });
  },
};

/** How many apps were stored when. */
interface Sighting {
  atMs: number;
  stored: number;
}

/** Looks again and again until so many apps are stored, or the line has stood still for a minute. */
async function watchCourse(count: () => Promise<number>, last: number): Promise<Sighting[]> {
  const course: Sighting[] = [];
  for (;;) {
    const stored = await count();
    const atMs = performance.now();
    const before = course.findLast((sighting) => sighting.stored < stored);
    course.push({ atMs, stored });
    if (stored >= last) return course;
    if (atMs - (before ?? course[0] ?? { atMs }).atMs > 60_000)
      throw new Error(`stands still at ${stored} apps`);
    await delay(LOOK_MS);
  }
}

/** When so many apps were stored, in seconds of the same clock, between two looks by their proportion. */
function secondsUntil(course: readonly Sighting[], stored: number): number {
  const after = course.findIndex((sighting) => sighting.stored >= stored);
  const [one, two] = [course[after - 1], course[after]];
  if (!one || !two) throw new Error(`nobody saw ${stored} apps coming`);
  return (one.atMs + ((two.atMs - one.atMs) * (stored - one.stored)) / (two.stored - one.stored)) / 1_000;
}

async function countRows(database: Database): Promise<number> {
  const { count } = await database
    .selectFrom('apps')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
