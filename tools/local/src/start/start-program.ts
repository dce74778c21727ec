import { resolve } from 'node:path';
import { ROOT } from '../root.ts';
import { startChildProcess, type RunningProcess } from '../processes/child-process.ts';
import { limitMemory } from './limit-memory.ts';

/** Beyond the 25 s a service takes at most to finish what it has in hand. */
const GRACE_MS = 30_000;

/** Starts `<folder>/src/main.ts` as a child process, with this Node, these variables and little memory. */
export function startProgram(
  folder: string,
  args: readonly string[],
  env: Record<string, string>,
): RunningProcess {
  return startChildProcess({
    file: process.execPath,
    args: [resolve(ROOT, folder, 'src/main.ts'), ...args],
    env: limitMemory(env),
    cwd: ROOT,
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: GRACE_MS,
  });
}
