import { startPipeline, UNTHROTTLED, wantOnly } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { startSimulatorProcess } from './pipeline/simulator-process.ts';
import { atLeast, type Benchmark, type Result } from './measure/benchmark.ts';
import { interleave, type Figure } from './measure/figure.ts';

const LATENCY_MS = 100;

/** Enough to keep four fetchers busy for seconds. */
const APPS = 2_000;

/**
 * One request at a time and small batches, so that a fetcher mostly waits for Steam and four of them fit on two cores. The
 * benchmark measures whether fetchers slow each other down, not how many the machine can run.
 */
const LATENCY_BOUND = { ...UNTHROTTLED, FETCH_CONCURRENCY: '1', FETCH_BATCH_SIZE: '20' };

/** Throughput of 1, 2 and 4 fetchers when every response takes 100 ms. */
export const fleet: Benchmark = {
  name: 'fleet',
  measures: `1, 2 and 4 fetchers, unthrottled, with ${LATENCY_MS} ms of latency per response`,
  run: async ({ repetitions, log }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${APPS}`, '--warm', `--latency-ms=${LATENCY_MS}`]),
    ]);
    const appids = await simulator.listAppids();
    const fetch = (fetchers: number) => async () => {
      const pipeline = await startPipeline(simulator, postgres, {
        fetchers,
        env: LATENCY_BOUND,
        prepare: (database) => wantOnly(database, appids),
      });
      const startedAt = performance.now();
      await pipeline.start();
      await pipeline.settled();
      const seconds = (performance.now() - startedAt) / 1_000;
      await pipeline.stop();
      return appids.length / seconds;
    };
    const { one, two, four } = await interleave(
      { one: fetch(1), two: fetch(2), four: fetch(4) },
      { repetitions, warmUps: 0, log },
    );
    const compare = (fetchers: number, project: Figure): Result => {
      const limit = {
        name: `${fetchers} × one fetcher`,
        median: fetchers * one.median,
        low: fetchers * one.low,
        high: fetchers * one.high,
        runs: one.runs.map((run) => fetchers * run),
      };
      return {
        what: `${fetchers} fetchers, ${LATENCY_MS} ms a request`,
        unit: 'apps/s',
        project,
        limit,
        goals: [atLeast(0.9, project, limit)],
      };
    };
    return [compare(2, two), compare(4, four)];
  },
};
