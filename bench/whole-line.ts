import type { StraightforwardTask } from './contenders/straightforward-line.ts';
import { startLine, UNTHROTTLED } from './line/line.ts';
import { startPostgres } from './line/postgres.ts';
import { startSimulatorProcess } from './line/simulator-process.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import { startContender } from './measure/contender-process.ts';
import { interleave } from './measure/interleave.ts';

const APPS = 20_000;
const GOAL_APPS_PER_SECOND = 4_000;

/** Batches under way in the peer: what was fastest of 1, 2, 4 and 8. */
const PEER_CONCURRENCY = 4;

/** From an empty database to a settled one, with Redis, Postgres and the simulator on the same cores. */
export const wholeLine: Benchmark = {
  name: 'whole-line',
  measures: `the services together, unthrottled: from an empty database to ${APPS} settled apps`,
  run: async ({ repetitions, tell }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${APPS}`, '--warm', '--cache-bytes=200000000']),
    ]);
    const appids = await simulator.listAppids();
    const task: StraightforwardTask = { cmServer: simulator.cmServer, appids, concurrency: PEER_CONCURRENCY };
    const straightforward = await startContender(
      new URL('contenders/straightforward-line.ts', import.meta.url),
      [JSON.stringify(task)],
      simulator.env,
    );
    const line = await startLine(simulator, postgres, { env: UNTHROTTLED });
    const { project, peer } = await interleave(
      {
        project: async () => {
          await line.startOver();
          const startedAt = performance.now();
          await line.go();
          await line.settled();
          return appids.length / ((performance.now() - startedAt) / 1_000);
        },
        peer: async () => {
          const { url, drop } = await postgres.createDatabase();
          const appsPerSecond = await straightforward.run(url);
          await drop();
          return appsPerSecond;
        },
      },
      { repetitions, tell },
    );
    await line.stop();
    const rival = { name: 'one process, getProductInfo, .values()', ...peer };
    return [
      {
        what: `whole line, ${APPS} apps, unthrottled`,
        unit: 'apps/s',
        project,
        peer: rival,
        goals: [
          { text: `≥ ${GOAL_APPS_PER_SECOND} apps/s`, met: project.median >= GOAL_APPS_PER_SECOND },
          atLeast(5, project, rival),
        ],
        note: 'all processes are warm; finding out which apps there are is part of it, the peer is told',
      },
    ];
  },
};
