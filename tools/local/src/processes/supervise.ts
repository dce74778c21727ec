import { setTimeout as delay } from 'node:timers/promises';
import type { RunningProcess } from './child-process.ts';
import type { Stoppable } from './cleanup-stack.ts';

/** A process that exits this often within this time would not stay up after one more start either. */
const MAX_EXITS = 5;
const EXITS_WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 500;
/** The exit code of runService for invalid settings, which no restart fixes. */
const INVALID_SETTINGS = 2;

export interface Supervision {
  start: () => Promise<RunningProcess>;
  /** The pause after the first exit (500 ms); each further one doubles it. */
  firstPauseMs?: number;
  /** Called for every unexpected exit that is followed by a restart. */
  onExit: (exitCode: number, pauseMs: number) => void;
  /** Called once, with the reason, when it is not restarted any more. */
  onGivenUp: (reason: string) => void;
}

/**
 * Starts a process and restarts it after every unexpected exit, with a pause that grows with each exit in a row, until it
 * has exited too often or is stopped. Resolves when it was started for the first time.
 */
export async function supervise(supervision: Supervision): Promise<Stoppable> {
  const { start, firstPauseMs = FIRST_PAUSE_MS, onExit, onGivenUp } = supervision;
  const stopping = new AbortController();
  let current = await start();

  const watch = async () => {
    const exits: number[] = [];
    while (!stopping.signal.aborted) {
      const exitCode = await current.exited;
      if (stopping.signal.aborted) return;
      exits.push(Date.now());
      const recent = exits.filter((at) => Date.now() - at < EXITS_WITHIN_MS).length;
      if (exitCode === INVALID_SETTINGS) return onGivenUp('its settings are invalid');
      if (recent >= MAX_EXITS)
        return onGivenUp(`it exited ${recent} times in a row, the last time with code ${exitCode}`);
      const pauseMs = firstPauseMs * 2 ** (recent - 1);
      onExit(exitCode, pauseMs);
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
