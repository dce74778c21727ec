import { setTimeout as delay } from 'node:timers/promises';
import type { RunningProcess } from './child-process.ts';
import type { Stoppable } from './cleanup-stack.ts';

/** A service that dies this often within this time will not come up by being started once more. */
const MOST_DEATHS = 5;
const DEATHS_WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 500;
/** How runService says that its settings are wrong: no start will mend that. */
const BAD_SETTINGS = 2;

export interface Supervision {
  start: () => Promise<RunningProcess>;
  /** The pause after the first death (500 ms); each death in a row doubles it. */
  firstPauseMs?: number;
  /** Told of every death nobody asked for. */
  onDeath: (exitCode: number, pauseMs: number) => void;
  /** Told once, when it is not started any more, and why. */
  onGivenUp: (reason: string) => void;
}

/**
 * Starts a process, and starts it again whenever it dies unasked, after a pause that grows with each death in a row.
 * Resolves when the first start is under way. What dies again and again is given up; what is stopped stays so.
 */
export async function supervise(supervision: Supervision): Promise<Stoppable> {
  const { start, firstPauseMs = FIRST_PAUSE_MS, onDeath, onGivenUp } = supervision;
  const stopping = new AbortController();
  let current = await start();

  const watch = async () => {
    const deaths: number[] = [];
    while (!stopping.signal.aborted) {
      const exitCode = await current.exited;
      if (stopping.signal.aborted) return;
      deaths.push(Date.now());
      const recent = deaths.filter((at) => Date.now() - at < DEATHS_WITHIN_MS).length;
      if (exitCode === BAD_SETTINGS) return onGivenUp('its settings need mending');
      if (recent >= MOST_DEATHS)
        return onGivenUp(`it ended ${recent} times in a row, last with code ${exitCode}`);
      const pauseMs = firstPauseMs * 2 ** (recent - 1);
      onDeath(exitCode, pauseMs);
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (!stopping.signal.aborted) current = await start();
    }
    await current.stop();
  };
  const watching = watch().catch((error: unknown) => onGivenUp(String(error)));

  return {
    stop: async () => {
      stopping.abort();
      await current.stop();
      await watching;
    },
    kill: () => void current.kill(),
  };
}
