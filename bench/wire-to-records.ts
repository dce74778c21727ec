import { hasRecordedPics, RECORDED_PICS } from '../test/support/recorded-apps.ts';
import { cutBatches } from './contenders/batches.ts';
import type { FetcherTask } from './contenders/serve-fetcher.ts';
import { startSimulatorProcess } from './line/simulator-process.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import { startContender } from './measure/contender-process.ts';
import { interleave } from './measure/interleave.ts';

const BATCH_SIZE = 200;

/** As many as there are recorded, roughly: steam-user takes a second and a half for them. */
const MADE_UP = 2_100;

const SIMULATOR = [
  '--warm',
  '--cache-bytes=100000000',
  // The bare client sends no heartbeats.
  '--heartbeat-seconds=3600',
];

/** Compiled for good only after two runs. */
const WARM_UPS = 2;

/**
 * PICS answers of 200 apps to records, in apps per CPU-second of the process that fetches, one request at a time. Steam is
 * the simulator, in a process of its own, with all answers ready.
 *
 * steam-user is at its best with one request or two at a time (1,336 and 1,309 apps per CPU-second; with four 1,217), and
 * in a new process: it holds on to each answer for two minutes, so that 2,000 apps more make it a seventh slower.
 *
 * The limit is what receiving costs: the same answers on a `ws` socket, dropped unread, in a session that steam-user keeps.
 * The session makes most of it. `ws` allocates buffers and little else, so that V8 collects garbage for every 64 MB of
 * them, and goes each time through the 50 MB of message types that steam-user holds. A process with a socket and nothing
 * else, not even a heartbeat, is the second line. It has no goal, for none that allows for reading could stand there: to
 * check the SHA-1 of the bodies and do nothing else takes 9.0 µs an app where that socket takes 5.4.
 */
export const wireToRecords: Benchmark = {
  name: 'wire-to-records',
  measures: 'the work of a fetcher: PICS answers of 200 apps to AppRecords',
  run: async ({ repetitions, tell }) => {
    const catalogue = hasRecordedPics ? `--catalog=${RECORDED_PICS}` : `--apps=${MADE_UP}`;
    const { cmServer, env, listAppids } = await startSimulatorProcess([catalogue, ...SIMULATOR]);
    const batches = cutBatches(await listAppids(), BATCH_SIZE).filter(({ length }) => length === BATCH_SIZE);
    const task: FetcherTask = { cmServer, batches };
    const start = (file: string) =>
      startContender(new URL(`contenders/${file}`, import.meta.url), [JSON.stringify(task)], env);
    const { project, steamUser, session, bare } = await interleave(
      {
        project: (await start('fetch-with-project.ts')).run,
        steamUser: async () => {
          const { run, stop } = await start('fetch-with-steam-user.ts');
          await run(); // The first one only compiles.
          const figure = await run();
          await stop();
          return figure;
        },
        session: (await start('receive-in-session.ts')).run,
        bare: (await start('receive-bare.ts')).run,
      },
      { repetitions, warmUps: WARM_UPS, tell },
    );
    const peer = { name: "steam-user's getProductInfo + the same extraction", ...steamUser };
    const limit = { name: "ws, steam-user's session, answers unread", ...session };
    const what = `wire → AppRecord, ${hasRecordedPics ? 'recorded' : 'made-up'} apps, ${BATCH_SIZE} a batch`;
    const unit = 'apps per CPU-second';
    return [
      { what, unit, project, peer, limit, goals: [atLeast(10, project, peer), atLeast(0.5, project, limit)] },
      {
        what: 'the same beside a bare socket',
        unit,
        project,
        limit: { name: 'ws alone, no session, answers unread', ...bare },
        goals: [],
      },
    ];
  },
};
