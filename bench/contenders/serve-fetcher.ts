import { serveContender } from '../measure/contender-process.ts';
import { cpuSeconds } from '../measure/cpu-seconds.ts';

/** What a fetcher is told: as JSON in its first argument. */
export interface FetcherTask {
  cmServer: string;
  batches: number[][];
}

/** Fetches one batch; resolves when that is done. */
export type FetchBatch = (appids: readonly number[]) => Promise<void>;

/** Enough for several collections of garbage to fall into each run. */
const LEAST_CPU_SECONDS = 0.3;

/**
 * Makes this process a contender that fetches all batches one after the other, again and again until it fills a run. A run
 * measures apps per CPU-second of the whole process.
 *
 * @param connect resolves with a way to fetch, logged on.
 */
export async function serveFetcher(connect: (task: FetcherTask) => Promise<FetchBatch>): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as FetcherTask;
  const apps = task.batches.flat().length;
  const fetchBatch = await connect(task);
  const fetchAll = async () => {
    for (const batch of task.batches) await fetchBatch(batch);
  };
  serveContender(async () => {
    let seconds = 0;
    let passes = 0;
    for (; seconds < LEAST_CPU_SECONDS; passes += 1) seconds += await cpuSeconds(fetchAll);
    return (passes * apps) / seconds;
  });
}
