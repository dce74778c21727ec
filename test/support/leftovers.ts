import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from '@pics/local';

/** Marks every process that a test starts, and their children, which inherit the environment. */
export const RUN_VARIABLE = 'PICS_TEST_RUN';

/** What a killed process had started ends by itself, and a service may take 25 s to drain; what was leaked never ends. */
const ENDING_MS = 30_000;

/**
 * Checks that no process of this run is alive any more.
 *
 * @throws Error with the commands of those that are, after killing them: a run that leaks processes is a failed run.
 * Systems without /proc (macOS) do not show environments, so nothing is found there.
 */
export async function endLeftovers(runId: string): Promise<void> {
  await waitUntil(() => findLeftovers(runId).length === 0, ENDING_MS, { pollMs: 100 });
  const leftovers = findLeftovers(runId);
  for (const { pid } of leftovers) process.kill(pid, 'SIGKILL');
  if (leftovers.length === 0) return;
  const commands = leftovers.map(({ pid, command }) => `${pid} ${command}`);
  throw new Error(`tests left processes behind:\n${commands.join('\n')}`);
}

function findLeftovers(runId: string): { pid: number; command: string }[] {
  if (!existsSync('/proc/self/environ')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (!environment.includes(`${RUN_VARIABLE}=${runId}`)) return [];
      return [
        { pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') },
      ];
    } catch {
      // It has ended since the listing, or belongs to another user.
      return [];
    }
  });
}
