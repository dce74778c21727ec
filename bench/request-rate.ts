import { startLine, wantOnly } from './line/line.ts';
import { startPostgres } from './line/postgres.ts';
import { startSimulatorProcess } from './line/simulator-process.ts';
import type { Benchmark } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

const RATE_PER_SECOND = 2;
const BATCH_SIZE = 200;

/** A second but for the jitter of a busy machine: jobs start every 500 ms, their requests arrive nearly so. */
const SECOND_MS = 950;

/** Whether the budget of the fleet is used up, and never broken. */
export const requestRate: Benchmark = {
  name: 'request-rate',
  measures: `7,000 apps (--long: 70,000) at ${RATE_PER_SECOND} requests a second, against the time the budget allows`,
  run: async ({ repetitions, long, tell }) => {
    const count = long ? 70_000 : 7_000;
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      // Some of those made up are not to be had: a few more are made.
      startSimulatorProcess([`--apps=${count * 1.05}`]),
    ]);
    const appids = (await simulator.listAppids()).slice(0, count);
    const limitSeconds = count / BATCH_SIZE / RATE_PER_SECOND;
    const seconds: number[] = [];
    const mostInASecond: number[] = [];
    const mostInStrictSecond: number[] = [];
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const before = (await simulator.listRequests()).length;
      const env = { FETCH_RATE_PER_SECOND: String(RATE_PER_SECOND), FETCH_BATCH_SIZE: String(BATCH_SIZE) };
      const line = await startLine(simulator, postgres, {
        fetchers: 2,
        env,
        prepare: (database) => wantOnly(database, appids),
      });
      const startedAt = performance.now();
      await line.go();
      await line.settled();
      seconds.push((performance.now() - startedAt) / 1_000);
      await line.stop();
      const requests = (await simulator.listRequests()).slice(before);
      const moments = requests.map(({ atMs }) => atMs);
      mostInASecond.push(mostWithin(SECOND_MS, moments));
      mostInStrictSecond.push(mostWithin(1_000, moments));
      tell(`run ${repetition}: ${seconds.at(-1)?.toFixed(2)} s, ${requests.length} requests`);
    }
    const wall = figureOf(seconds);
    const most = figureOf(mostInASecond);
    const limit = { name: 'batches × 0.5 s', ...figureOf([limitSeconds]) };
    const within = { text: '≤ 1.02 × the limit', met: wall.median <= 1.02 * limitSeconds };
    return [
      {
        what: `${count} apps at ${RATE_PER_SECOND} requests/s`,
        unit: 's',
        project: wall,
        limit,
        goals: [within],
      },
      {
        what: `most requests within any ${SECOND_MS} ms`,
        unit: 'requests',
        project: most,
        goals: [{ text: `≤ ${RATE_PER_SECOND} in every run`, met: most.high <= RATE_PER_SECOND }],
        note: `requests that leave every 500 ms arrive some milliseconds early or late: most within 1,000 ms ${Math.max(...mostInStrictSecond)}`,
      },
    ];
  },
};

/** The most of these moments that lie within any span of so many milliseconds. */
function mostWithin(ms: number, moments: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, moment] of moments.entries()) {
    while ((moments[first] ?? moment) <= moment - ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
