import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { countLedger, markWanted, updateFleetSettings } from '@pics/database';
import { openQueues } from '@pics/queue';
import { atMost, type Benchmark } from './measure/benchmark.ts';
import { figureOf } from './measure/figure.ts';
import { startPipeline, UNTHROTTLED, type BenchPipeline } from './pipeline/pipeline.ts';
import { startPostgres } from './pipeline/postgres.ts';
import { startSimulatorProcess } from './pipeline/simulator-process.ts';

/** Wanted from the start: more apps than Steam has. */
const BACKLOG = 300_000;

/** Apps settled before the peak is read, unless `--long` is given. */
const SHORT = 60_000;

/** Time without work before idle memory is read. */
const IDLE_MS = 60_000;

const READ_MS = 500;

/** The polling interval of Bull Board's page. */
const BULL_BOARD_MS = 5_000;

/** A megabyte as Docker, Redis and `ps` count it. */
const MEGABYTE = 2 ** 20;

const GOALS = { peak: 200, idle: 115, redis: 64 };

/** In the order of `BenchPipeline.services`. */
const SERVICES = ['producer', 'writer', 'fetcher', 'board'];

/** The memory of the services and Redis: idle, at full speed with the largest backlog, and idle again after that. */
export const memory: Benchmark = {
  name: 'memory',
  measures: `memory of each service: idle, and the peak while ${SHORT} of ${BACKLOG} wanted apps are settled (--long: all)`,
  run: async ({ repetitions, long, log }) => {
    const [postgres, simulator] = await Promise.all([
      startPostgres(),
      // Some generated apps are not available, so a few more are generated.
      startSimulatorProcess([`--apps=${BACKLOG * 1.02}`]),
    ]);
    const appids = (await simulator.listAppids()).slice(0, BACKLOG);
    const peaks = SERVICES.map((): number[] => []);
    const idle = SERVICES.map((): number[] => []);
    const idleAfterwards = SERVICES.map((): number[] => []);
    const redisPeaks: number[] = [];
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const pipeline = await startPipeline(simulator, postgres, {
        board: true,
        env: { ...UNTHROTTLED, LOG_LEVEL: 'info' },
        prepare: async (database) => void (await markWanted(database, { appids })),
      });
      const pids = pipeline.services.map(({ pid }) => pid);
      const readIdle = async (into: number[][]) => {
        await delay(IDLE_MS);
        for (const [index, pid] of pids.entries()) into[index]?.push(readMemory(pid, 'VmRSS') / MEGABYTE);
      };
      await readIdle(idle);
      const readPeaks = watchPeaks(pids);
      const closeBoard = openBoard(pipeline);
      await pipeline.start();
      if (long) await pipeline.settled();
      else await waitUntilSettled(pipeline, SHORT);
      for (const [index, bytes] of readPeaks().entries()) peaks[index]?.push(bytes / MEGABYTE);
      redisPeaks.push((await readRedisPeak(pipeline.redis.url)) / MEGABYTE);
      closeBoard();
      await updateFleetSettings(pipeline.database, { paused: true });
      await readIdle(idleAfterwards);
      await pipeline.stop();
      const latest = (runs: number[][]) => runs.map((run) => Math.round(run.at(-1) ?? 0)).join(', ');
      log(
        `run ${repetition}: ${SERVICES.join(', ')}: peak ${latest(peaks)}; idle ${latest(idle)}, afterwards ${latest(idleAfterwards)}`,
      );
    }
    const summarize = (what: string, runs: number[], goal: number) => {
      const project = figureOf(runs);
      return { what, unit: 'MB', project, goals: [atMost(goal, 'MB', project)] };
    };
    const note =
      'MB of 2^20 bytes; unthrottled, one fetcher, with the overview and the queue pages open until the peak is read';
    return [
      ...SERVICES.flatMap((service, index) => [
        summarize(`${service}, ${BACKLOG} wanted apps, peak`, peaks[index] ?? [], GOALS.peak),
        {
          ...summarize(`${service}, a minute without work`, idle[index] ?? [], GOALS.idle),
          note: `${Math.round(figureOf(idleAfterwards[index] ?? []).median)} MB a minute after the work`,
        },
      ]),
      { ...summarize(`Redis, ${BACKLOG} wanted apps, peak`, redisPeaks, GOALS.redis), note },
    ];
  },
};

async function waitUntilSettled({ database }: BenchPipeline, apps: number): Promise<void> {
  while ((await countLedger(database)).settled < apps) await delay(READ_MS);
}

/** Watches the resident memory of processes. The returned function ends that and returns the peaks in bytes. */
function watchPeaks(pids: readonly number[]): () => number[] {
  const peaks = pids.map(() => 0);
  const read = () => {
    for (const [index, pid] of pids.entries()) {
      peaks[index] = Math.max(peaks[index] ?? 0, readMemory(pid, 'VmHWM'));
    }
  };
  const timer = setInterval(read, READ_MS);
  return () => {
    clearInterval(timer);
    read();
    return peaks;
  };
}

/** Returns a figure of /proc in bytes: the peak since the process started (VmHWM) or now (VmRSS). Elsewhere always now. */
function readMemory(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status)
    ? new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) * 1_024;
}

async function readRedisPeak(url: string): Promise<number> {
  const queues = openQueues(url, () => {});
  const facts = await queues.redis.info('memory');
  await queues.close();
  return Number(/^used_memory_peak:(\d+)/m.exec(facts)?.[1]);
}

/** Keeps the overview and the largest Bull Board page open, as browsers do, until the returned function is called. */
function openBoard({ services }: BenchPipeline): () => void {
  const url = services.at(-1)?.url ?? '';
  const overview = request(`${url}/api/events`, (events) => events.resume()).on('error', () => {});
  overview.end();
  const jobs = `${url}/queues/api/queues?activeQueue=pics-write&status=completed&page=1&jobsPerPage=10`;
  const timer = setInterval(() => void fetch(jobs).then((response) => response.text()), BULL_BOARD_MS);
  return () => {
    clearInterval(timer);
    overview.destroy();
  };
}
