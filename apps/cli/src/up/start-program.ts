import { resolve } from 'node:path';
import { ROOT } from '../local/data-folder.ts';
import { startGuarded, type GuardedProcess } from '../local/guarded-process.ts';
import { limitMemory } from './limit-memory.ts';

/** Beyond the 25 s a service takes at most to finish what it has in hand. */
const GRACE_MS = 30_000;

/** Starts `apps/<name>/src/main.ts` as a process of its own, with this Node, these variables and little memory. */
export function startProgram(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
): GuardedProcess {
  return startGuarded({
    file: process.execPath,
    args: [resolve(ROOT, 'apps', name, 'src/main.ts'), ...args],
    env: limitMemory(env),
    cwd: ROOT,
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: GRACE_MS,
  });
}
