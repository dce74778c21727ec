import { startLine, UNTHROTTLED, wantOnly } from './line/line.ts';
import { startPostgres } from './line/postgres.ts';
import { startSimulatorProcess } from './line/simulator-process.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import type { Figure } from './measure/figure.ts';
import { interleave } from './measure/interleave.ts';

const LATENCY_MS = 100;

/** Enough for every fetcher of four to be busy for seconds. */
const APPS = 2_000;

/**
 * One request at a time and small batches: a fetcher then spends nearly all of its time waiting for Steam, and four of them
 * leave room on two cores. What is measured is whether fetchers get in each other's way, not when the machine is full.
 */
const PATIENT = { ...UNTHROTTLED, FETCH_CONCURRENCY: '1', FETCH_BATCH_SIZE: '20' };

/** Fetchers 1, 2 and 4, with a Steam that takes its time. */
export const fleet: Benchmark = {
  name: 'fleet',
  measures: `1, 2 and 4 fetchers, unthrottled, with a Steam that takes ${LATENCY_MS} ms for each answer`,
  run: async ({ repetitions, tell }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${APPS}`, '--warm', `--latency-ms=${LATENCY_MS}`]),
    ]);
    const appids = await simulator.listAppids();
    const fetch = (fetchers: number) => async () => {
      const line = await startLine(simulator, postgres, {
        fetchers,
        env: PATIENT,
        prepare: (database) => wantOnly(database, appids),
      });
      const startedAt = performance.now();
      await line.go();
      await line.settled();
      const seconds = (performance.now() - startedAt) / 1_000;
      await line.stop();
      return appids.length / seconds;
    };
    const { one, two, four } = await interleave(
      { one: fetch(1), two: fetch(2), four: fetch(4) },
      { repetitions, warmUps: 0, tell },
    );
    const line = (fetchers: number, project: Figure) => {
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
    return [line(2, two), line(4, four)];
  },
};
