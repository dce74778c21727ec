import type { SimplePipelineTask } from './peers/simple-pipeline.ts';
import { startPipeline, UNTHROTTLED, type BenchPipeline } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { startSimulatorProcess } from './pipeline/simulator-process.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import { startMeasuredProcess } from './measure/measured-process.ts';
import { interleave } from './measure/figure.ts';

const APPS = 20_000;
const GOAL_APPS_PER_SECOND = 2_500;

/** What is left of the speed when the exact texts are stored too. */
const GOAL_WITH_DOCUMENTS = 0.85;

/** Batches at a time in the peer: the fastest of 1, 2, 4 and 8. */
const PEER_CONCURRENCY = 4;

/** From an empty database to a settled one, with Redis, Postgres and the simulator on the same cores. */
export const wholePipeline: Benchmark = {
  name: 'whole-pipeline',
  measures: `the pipeline, unthrottled: from an empty database to ${APPS} settled apps`,
  run: async ({ repetitions, log }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      startSimulatorProcess([`--apps=${APPS}`, '--warm', '--cache-bytes=200000000']),
    ]);
    const appids = await simulator.listAppids();
    const task: SimplePipelineTask = { cmServer: simulator.cmServer, appids, concurrency: PEER_CONCURRENCY };
    const simplePipeline = await startMeasuredProcess(
      new URL('peers/simple-pipeline.ts', import.meta.url),
      [JSON.stringify(task)],
      simulator.env,
    );
    const start = (DOCUMENTS: string) =>
      startPipeline(simulator, postgres, { env: { ...UNTHROTTLED, DOCUMENTS } });
    const pipeline = await start('latest');
    const withoutDocuments = await start('off');
    const measure = async ({ reset, start: begin, settled }: BenchPipeline) => {
      await reset();
      const startedAt = performance.now();
      await begin();
      await settled();
      return appids.length / ((performance.now() - startedAt) / 1_000);
    };
    const { project, without, peer } = await interleave(
      {
        project: () => measure(pipeline),
        without: () => measure(withoutDocuments),
        peer: async () => {
          const { url, drop } = await postgres.createDatabase();
          const appsPerSecond = await simplePipeline.run(url);
          await drop();
          return appsPerSecond;
        },
      },
      { repetitions, log },
    );
    await pipeline.stop();
    await withoutDocuments.stop();
    const comparison = { name: 'one process, getProductInfo, .values()', ...peer };
    return [
      {
        what: `whole pipeline, ${APPS} apps, unthrottled`,
        unit: 'apps/s',
        project,
        peer: comparison,
        goals: [
          { text: `≥ ${GOAL_APPS_PER_SECOND} apps/s`, met: project.median >= GOAL_APPS_PER_SECOND },
          atLeast(5, project, comparison),
          atLeast(GOAL_WITH_DOCUMENTS, project, { name: 'without documents', ...without }),
        ],
        limit: { name: 'DOCUMENTS=off', ...without },
        note: 'with documents (latest); all processes are warm; the project discovers the apps, the peer is given the list',
      },
    ];
  },
};
