import type { Contender } from '../measure/interleave.ts';
import { countRows } from './copy-rows.ts';
import type { Databases } from './databases.ts';
import type { RecordWriter } from './write-records.ts';

/** Connects somebody who writes to the database of this URL. */
export type Open = (url: string) => Promise<RecordWriter>;

export interface Contest {
  /** Has it write once, into a new copy of its database; resolves with apps per second. */
  run: Contender;
  /** Apps per CPU-second of Postgres and this process together, of each run so far. */
  perCpuSecond: number[];
}

/**
 * A contest in writing so many apps into a database as `source` is. Copying it, connecting and checking what was written
 * stay outside of what is measured.
 *
 * @param counts how many rows there must be afterwards; see `countRows`.
 */
export function createContest(
  databases: Databases,
  { source, open, apps, counts }: { source: string; open: Open; apps: number; counts?: string },
): Contest {
  const perCpuSecond: number[] = [];
  const run = async () => {
    await databases.copy(source, 'contest');
    const url = databases.urlOf('contest');
    const writer = await open(url);
    const postgresBefore = databases.cpuSeconds();
    const clientBefore = process.cpuUsage();
    const startedAt = performance.now();
    await writer.run();
    const seconds = (performance.now() - startedAt) / 1_000;
    const client = process.cpuUsage(clientBefore);
    const cpuSeconds = databases.cpuSeconds() - postgresBefore + (client.user + client.system) / 1e6;
    await writer.close();
    const written = await countRows(url);
    if (counts !== undefined && written !== counts) throw new Error(`${written} rows instead of ${counts}`);
    perCpuSecond.push(apps / cpuSeconds);
    return apps / seconds;
  };
  return { run, perCpuSecond };
}
