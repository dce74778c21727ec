import { mostWithin } from '../test/support/most-within.ts';
import { startPipeline, wantOnly } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { startSimulatorProcess } from './pipeline/simulator-process.ts';
import type { Benchmark } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';

const RATE_PER_SECOND = 2;
const BATCH_SIZE = 200;

/** A second minus the jitter of a busy machine: requests leave every 500 ms and arrive a little early or late. */
const WINDOW_MS = 950;

/** Whether the fleet uses its whole request budget and never exceeds it. */
export const requestRate: Benchmark = {
  name: 'request-rate',
  measures: `7,000 apps (--long: 70,000) at ${RATE_PER_SECOND} requests a second, compared with the time that the budget allows`,
  run: async ({ repetitions, long, log }) => {
    const count = long ? 70_000 : 7_000;
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      // Some of the generated apps are not available, so a few more are generated.
      startSimulatorProcess([`--apps=${count * 1.05}`]),
    ]);
    const appids = (await simulator.listAppids()).slice(0, count);
    const limitSeconds = count / BATCH_SIZE / RATE_PER_SECOND;
    const seconds: number[] = [];
    const mostInWindow: number[] = [];
    const mostInSecond: number[] = [];
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const before = (await simulator.listRequests()).length;
      const env = { FETCH_RATE_PER_SECOND: String(RATE_PER_SECOND), FETCH_BATCH_SIZE: String(BATCH_SIZE) };
      const pipeline = await startPipeline(simulator, postgres, {
        fetchers: 2,
        env,
        prepare: (database) => wantOnly(database, appids),
      });
      const startedAt = performance.now();
      await pipeline.start();
      await pipeline.settled();
      seconds.push((performance.now() - startedAt) / 1_000);
      await pipeline.stop();
      const requests = (await simulator.listRequests()).slice(before);
      const times = requests.map(({ atMs }) => atMs);
      mostInWindow.push(mostWithin(WINDOW_MS, times));
      mostInSecond.push(mostWithin(1_000, times));
      log(`run ${repetition}: ${seconds.at(-1)?.toFixed(2)} s, ${requests.length} requests`);
    }
    const wall = figureOf(seconds);
    const most = figureOf(mostInWindow);
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
        what: `most requests within any ${WINDOW_MS} ms`,
        unit: 'requests',
        project: most,
        goals: [{ text: `≤ ${RATE_PER_SECOND} in every run`, met: most.high <= RATE_PER_SECOND }],
        note: `requests leave 500 ms apart and arrive some milliseconds early or late; most within 1,000 ms: ${Math.max(...mostInSecond)}`,
      },
    ];
  },
};
