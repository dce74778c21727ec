import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@pics/database';
import { startLine, wantOnly } from './line/line.ts';
import { startPostgres } from './line/postgres.ts';
import { startSimulatorProcess, type SimulatorProcess } from './line/simulator-process.ts';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { figureOf, percentile } from './measure/figure.ts';

const CHANGES = 500;
const POLL_INTERVAL_MS = 5_000;

/** How often the tables are asked what has arrived: what it adds to a figure, at most. */
const LOOK_MS = 50;

/** From the moment an app changes at Steam to its committed row, with the settings a deployment has. */
export const changeToRow: Benchmark = {
  name: 'change-to-row',
  measures: `${CHANGES} changes, polled for every ${POLL_INTERVAL_MS / 1_000} s: how long until each is a committed row`,
  run: async ({ repetitions, tell }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${CHANGES * 2}`]),
    ]);
    const appids = await simulator.listAppids();
    const prepare = (database: Database) => wantOnly(database, appids);
    const env = { POLL_INTERVAL_MS: String(POLL_INTERVAL_MS) };
    const line = await startLine(simulator, postgres, { prepare, env });
    await line.go();
    await line.settled();
    const seconds: number[][] = [];
    const each = Math.ceil(CHANGES / repetitions);
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      seconds.push(await followChanges(simulator, line.database, appids.slice(0, each)));
      tell(
        `run ${repetition}: ${each} changes, the slowest after ${Math.max(...(seconds.at(-1) ?? [])).toFixed(2)} s`,
      );
    }
    await line.stop();
    const at = (share: number) => figureOf(seconds.map((run) => percentile(run, share)));
    const limit = { name: 'half and all of the poll interval', ...figureOf([POLL_INTERVAL_MS / 2_000]) };
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

/** Lets these apps change one after the other over four polls; resolves with the seconds each took to be stored. */
async function followChanges(
  simulator: SimulatorProcess,
  database: Database,
  appids: readonly number[],
): Promise<number[]> {
  const changedAt = new Map<number, { changeNumber: number; at: number }>();
  const seconds: number[] = [];
  const changing = async () => {
    for (const appid of appids) {
      const at = performance.now();
      const [change] = await simulator.change([appid]);
      if (change) changedAt.set(appid, { changeNumber: change.changeNumber, at });
      await delay((4 * POLL_INTERVAL_MS) / appids.length);
    }
  };
  const changed = changing();
  while (seconds.length < appids.length) {
    await delay(LOOK_MS);
    const rows = await database
      .selectFrom('syncStatus')
      .select(['appid', 'picsChangeNumber'])
      .where('appid', 'in', appids)
      .execute();
    const now = performance.now();
    for (const { appid, picsChangeNumber } of rows) {
      const change = changedAt.get(appid);
      if (!change || (picsChangeNumber ?? 0) < change.changeNumber) continue;
      changedAt.delete(appid);
      seconds.push((now - change.at) / 1_000);
    }
  }
  await changed;
  return seconds;
}
