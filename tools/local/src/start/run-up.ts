import { CleanupStack } from '../processes/cleanup-stack.ts';
import { listenForInterrupts, openTerminal, summarise } from '@pics/operations';
import { startEverything } from './start-everything.ts';
import type { UpOptions } from './up-options.ts';
import { watchProgress } from './watch-progress.ts';

/** What a shell reports for a command that a Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Runs everything on this machine until the user stops it or, with `once`, until everything is settled, and resolves with
 * the exit code: 1 when something gave up or an app failed, 130 when the user ended what was to go on until settled.
 *
 * Everything that was started is stopped in reverse, also when starting fails half-way: the services finish what they have
 * in hand, then Redis stops, then Postgres. Asked to stop once more, the services are killed; nothing is lost by that.
 */
export async function runUp(options: UpOptions): Promise<number> {
  const startedAt = Date.now();
  const terminal = openTerminal({ json: options.json });
  const cleanup = new CleanupStack();
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopListening = listenForInterrupts(
    () => stopping.abort(),
    () => cleanup.force(),
  );
  let exitCode = options.once ? INTERRUPTED : 0;
  const giveUp = (message: string) => {
    if (signal.aborted) return;
    terminal.say(message);
    exitCode = 1;
    stopping.abort();
  };
  try {
    const line = await startEverything(options, { terminal, cleanup, giveUp, signal });
    const counts = await watchProgress({ ...line, terminal, signal, untilSettled: options.once });
    if (counts && !signal.aborted) {
      terminal.end();
      terminal.say(summarise(counts, Date.now() - startedAt));
      if (counts.failed > 0) terminal.say('The reasons are in pics_app_ledger, in the column last_error.');
      exitCode = counts.failed > 0 ? 1 : 0;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stopping.abort();
    terminal.end();
    if (cleanup.hasOpen) terminal.say('Stopping …');
    await cleanup.stopAll();
    stopListening();
  }
  return exitCode;
}
