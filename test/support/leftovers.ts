import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from '@pics/local';

/** Marks every process that a test starts, and whatever those start: environments are inherited. */
export const RUN_VARIABLE = 'PICS_TEST_RUN';

/** What was told to end as the last test file closed may still be about it. */
const ENDING_MS = 5_000;

/**
 * Passes when no process that a test of this run started is alive any more.
 *
 * @throws Error naming the ones that are, after ending them: a run that leaves processes behind is a failed run. Systems
 * without /proc (macOS) do not show environments, so nothing is found there.
 */
export async function endLeftovers(runId: string): Promise<void> {
  await waitUntil(() => findLeftovers(runId).length === 0, ENDING_MS);
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
      // It ended between the listing and the look, or belongs to somebody else.
      return [];
    }
  });
}
