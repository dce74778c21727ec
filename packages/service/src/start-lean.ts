import { readdirSync, statSync } from 'node:fs';
import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { environment } from './environment.ts';

/**
 * What keeps a heap small. Node sizes it by the machine: on one with 24 GB the young generation grows to 128 MB, and the old
 * one to four times what is in use before it is looked through.
 *
 * With what stands below, at full speed and over 300,000 apps: producer 206 to 134 MB, writer 352 to 128, fetcher 373 to 144,
 * board 226 to 139, modules that are loaded when they are used included. It costs a fetcher and a writer some 10 to 15 µs an
 * app each.
 */
const FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=60'];

const ENVIRONMENT = {
  /** glibc gives each thread an arena of its own, each of which keeps what was freed in it. */
  MALLOC_ARENA_MAX: '1',
  /** Left alone, both grow with the largest block ever freed, and whole answers of Steam stay with the process. */
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  /** Where Node keeps what it made of the sources; it does without where it may not write. */
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../../.cache/compiled'),
};

/** How often this process has started itself over. */
const STARTS = 'PICS_STARTS';

/** Once for the flags, and once more when the sources had to be compiled. */
const MOST_STARTS = 2;

export interface Program {
  run(): Promise<void>;
}

/**
 * Runs the program of this process in a Node that stays small.
 *
 * A service is started by `node main.ts` and nothing else, and most of what makes a Node small can only be said when it
 * starts. So the process starts itself over: in place, with the same pid, pipes, arguments and environment, before the
 * program is loaded. Where the sources had to be compiled it does so once more when they are loaded: what takes the types out
 * of them would stay in memory, 20 MB of it, and is not needed for what was compiled before.
 *
 * @param load imports the program; only `run` sets it going.
 */
export async function startLean(load: () => Promise<Program>): Promise<void> {
  const starts = Number(environment()[STARTS] ?? 0);
  if (starts === 0) startOver(1);
  const program = await load();
  flushCompileCache();
  if (starts < MOST_STARTS && hasCompiled()) startOver(MOST_STARTS);
  await program.run();
}

/** Never returns, but where a process cannot be replaced: on Windows, and where a parent talks to it by a channel. */
function startOver(starts: number): void {
  if (!isMainThread || process.channel) return;
  const given = `${process.execArgv.join(' ')} ${environment()['NODE_OPTIONS'] ?? ''}`;
  const flags = FLAGS.filter((flag) => !given.includes(flag.slice(0, flag.indexOf('='))));
  const args = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, args, { ...ENVIRONMENT, ...environment(), [STARTS]: String(starts) });
}

/** Whether this process has added to the compiled sources. */
function hasCompiled(): boolean {
  const folder = getCompileCacheDir();
  if (!folder) return false;
  return readdirSync(folder).some(
    (file) =>
      (statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0) > performance.timeOrigin,
  );
}
