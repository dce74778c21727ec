import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { countLedger, markWanted } from '@pics/database';
import { openQueues } from '@pics/queue';
import { startLine, UNTHROTTLED, type BenchLine } from './line/line.ts';
import { startPostgres } from './line/postgres.ts';
import { startSimulatorProcess } from './line/simulator-process.ts';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';
import { watchMemory } from './measure/watch-memory.ts';

/** Wanted from the first moment on: more than Steam has. */
const BACKLOG = 300_000;

/** How many of them are settled before the watch ends, when it is not to be long. */
const SHORT = 60_000;

const LOOK_MS = 500;

/** How often Bull Board asks anew for the jobs it shows. */
const BULL_BOARD_MS = 5_000;

/** A megabyte as Docker, Redis and `ps` count it. */
const MEGABYTE = 2 ** 20;

/** In the order of `BenchLine.services`. */
const SERVICES = ['producer', 'writer', 'fetcher', 'board'];

/** How much memory the services and Redis take under the largest backlog there is, as fast as the machine goes. */
export const memory: Benchmark = {
  name: 'memory',
  measures: `peak memory of each service and of Redis while ${SHORT} of ${BACKLOG} wanted apps are settled (--long: all)`,
  run: async ({ repetitions, long, tell }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      // Some ids belong to no app, or to one that Steam does not show.
      startSimulatorProcess([`--apps=${BACKLOG * 1.02}`]),
    ]);
    const appids = (await simulator.listAppids()).slice(0, BACKLOG);
    const peaks = [...SERVICES, 'Redis'].map((name) => ({ name, runs: [] as number[] }));
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const line = await startLine(simulator, postgres, {
        board: true,
        env: { ...UNTHROTTLED, LOG_LEVEL: 'info' },
        prepare: async (database) => void (await markWanted(database, { appids })),
      });
      const watch = watchMemory(line.services.map(({ pid }) => pid));
      const lookAway = lookAtBoard(line);
      await line.go();
      if (long) await line.settled();
      else await countedSettled(line, SHORT);
      const seen = [...watch.stop(), await readPeakOfRedis(line.redis.url)];
      lookAway();
      await line.stop();
      for (const [index, bytes] of seen.entries()) peaks[index]?.runs.push(bytes / MEGABYTE);
      tell(
        `run ${repetition}: ${peaks.map(({ name, runs }) => `${name} ${Math.round(runs.at(-1) ?? 0)}`).join(', ')}`,
      );
    }
    return peaks.map(({ name, runs }) => {
      const project = figureOf(runs);
      return {
        what: `memory of ${name}, ${BACKLOG} wanted apps, peak`,
        unit: 'MB',
        project,
        goals: [atMost(name === 'Redis' ? 64 : 150, 'MB', project)],
        note: 'of 2^20 bytes; unthrottled, with one fetcher, and with somebody looking at the overview and at the queues',
      };
    });
  },
};

async function countedSettled({ database }: BenchLine, apps: number): Promise<void> {
  while ((await countLedger(database)).settled < apps) await delay(LOOK_MS);
}

async function readPeakOfRedis(url: string): Promise<number> {
  const queues = openQueues(url, () => {});
  const facts = await queues.redis.info('memory');
  await queues.close();
  return Number(/^used_memory_peak:(\d+)/m.exec(facts)?.[1]);
}

/** Keeps the overview open, and Bull Board at the jobs that carry most, as browsers do. Ends when what it returns is called. */
function lookAtBoard({ services }: BenchLine): () => void {
  const url = services.at(-1)?.url ?? '';
  const overview = request(`${url}/api/events`, (events) => events.resume()).on('error', () => {});
  overview.end();
  const jobs = `${url}/queues/api/queues?activeQueue=pics-write&status=completed&page=1&jobsPerPage=10`;
  const looking = setInterval(() => void fetch(jobs).then((answer) => answer.text()), BULL_BOARD_MS);
  return () => {
    clearInterval(looking);
    overview.destroy();
  };
}
