import { hasRecordedPics, RECORDED_PICS } from '../test/support/recorded-apps.ts';
import { cutBatches } from './input/batches.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import { interleave } from './measure/figure.ts';
import { startMeasuredProcess } from './measure/measured-process.ts';
import type { FetchTask } from './peers/fetch-records.ts';
import { startSimulatorProcess } from './pipeline/simulator-process.ts';

const BATCH_SIZE = 200;

/** About as many as there are recorded apps: steam-user takes a second and a half for them. */
const GENERATED_APPS = 2_100;

/** V8 needs two runs to finish optimizing. */
const WARM_UPS = 2;

/**
 * PICS responses of 200 apps to records, in apps per CPU-second of the process that fetches, one request at a time. The
 * simulator runs in another process and has all responses ready.
 *
 * Conditions favour steam-user: it is fastest with one or two requests at a time (1,336 and 1,309 apps per CPU-second;
 * 1,217 with four) and in a new process, because it keeps each response for two minutes.
 */
export const wireToRecords: Benchmark = {
  name: 'wire-to-records',
  measures: 'the work of a fetcher: PICS responses of 200 apps to AppRecords',
  run: async ({ repetitions, log }) => {
    const catalogue = hasRecordedPics ? `--catalog=${RECORDED_PICS}` : `--apps=${GENERATED_APPS}`;
    const args = [catalogue, '--warm', '--cache-bytes=100000000'];
    const { cmServer, env, listAppids } = await startSimulatorProcess(args);
    const batches = cutBatches(await listAppids(), BATCH_SIZE).filter(({ length }) => length === BATCH_SIZE);
    const start = (client: FetchTask['client']) => {
      const task: FetchTask = { client, cmServer, batches };
      const file = new URL('peers/fetch-records.ts', import.meta.url);
      return startMeasuredProcess(file, [JSON.stringify(task)], env);
    };
    const { project, steamUser } = await interleave(
      {
        project: (await start('project')).run,
        steamUser: async () => {
          const { run, stop } = await start('steam-user');
          await run(); // A warm-up run.
          const figure = await run();
          await stop();
          return figure;
        },
      },
      { repetitions, warmUps: WARM_UPS, log },
    );
    const peer = { name: "steam-user's getProductInfo + the same extraction", ...steamUser };
    return [
      {
        what: `wire → AppRecord, ${hasRecordedPics ? 'recorded' : 'generated'} apps, ${BATCH_SIZE} a batch`,
        unit: 'apps per CPU-second',
        project,
        peer,
        goals: [atLeast(10, project, peer)],
      },
    ];
  },
};
