import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@pics/database';
import { startPipeline, wantOnly } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { startSimulatorProcess, type SimulatorProcess } from './pipeline/simulator-process.ts';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { figureOf, percentile } from './measure/figure.ts';

const CHANGES = 500;
const POLL_INTERVAL_MS = 5_000;

/** The interval at which the tables are read, and so the error of a figure. */
const READ_MS = 50;

/** The time from a change on Steam to the committed row, with the settings of a deployment. */
export const changeToRow: Benchmark = {
  name: 'change-to-row',
  measures: `the time from a change to its committed row: ${CHANGES} changes, polled every ${POLL_INTERVAL_MS / 1_000} s`,
  run: async ({ repetitions, log }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${CHANGES * 2}`]),
    ]);
    const appids = await simulator.listAppids();
    const prepare = (database: Database) => wantOnly(database, appids);
    const env = { POLL_INTERVAL_MS: String(POLL_INTERVAL_MS) };
    const pipeline = await startPipeline(simulator, postgres, { prepare, env });
    await pipeline.start();
    await pipeline.settled();
    const seconds: number[][] = [];
    const each = Math.ceil(CHANGES / repetitions);
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      seconds.push(await followChanges(simulator, pipeline.database, appids.slice(0, each)));
      log(
        `run ${repetition}: ${each} changes, the slowest took ${Math.max(...(seconds.at(-1) ?? [])).toFixed(2)} s`,
      );
    }
    await pipeline.stop();
    const at = (share: number) => figureOf(seconds.map((run) => percentile(run, share)));
    const limit = { name: 'half the poll interval', ...figureOf([POLL_INTERVAL_MS / 2_000]) };
    return [
      {
        what: 'change → committed row, p50',
        unit: 's',
        project: at(0.5),
        limit,
        goals: [atMost(3, 's', at(0.5))],
      },
      {
        what: 'change → committed row, p99',
        unit: 's',
        project: at(0.99),
        goals: [atMost(6.5, 's', at(0.99))],
      },
    ];
  },
};

/** Changes these apps one after the other during four polls and returns the seconds until each was stored. */
async function followChanges(
  simulator: SimulatorProcess,
  database: Database,
  appids: readonly number[],
): Promise<number[]> {
  const changedAt = new Map<number, { changeNumber: number; at: number }>();
  const seconds: number[] = [];
  const changeAll = async () => {
    for (const appid of appids) {
      const at = performance.now();
      const [change] = await simulator.change([appid]);
      if (change) changedAt.set(appid, { changeNumber: change.changeNumber, at });
      await delay((4 * POLL_INTERVAL_MS) / appids.length);
    }
  };
  const changed = changeAll();
  while (seconds.length < appids.length) {
    await delay(READ_MS);
    const rows = await database
      .selectFrom('picsAppLedger')
      .select(['id', 'storedChangeNumber'])
      .where('id', 'in', appids)
      .execute();
    const now = performance.now();
    for (const { id: appid, storedChangeNumber } of rows) {
      const change = changedAt.get(appid);
      if (!change || (storedChangeNumber ?? 0) < change.changeNumber) continue;
      changedAt.delete(appid);
      seconds.push((now - change.at) / 1_000);
    }
  }
  await changed;
  return seconds;
}
