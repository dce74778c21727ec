import { plainLines } from '@pics/core';
import { findScan, type LedgerCounts } from '@pics/database';
import {
  describeProgress,
  findHint,
  followProgress,
  isSettled,
  listenForInterrupts,
  openTerminal,
  readStatus,
  summarise,
  type ProgressReport,
  type Status,
  type Terminal,
} from '@pics/operations';
import { CleanupStack } from '../processes/cleanup-stack.ts';
import type { StartOptions } from './context.ts';
import { startEverything, type RunningPipeline } from './start-everything.ts';

/** The exit code that shells report for a command that a Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Runs everything on this machine until the user stops it or, with `once`, until everything is settled, and resolves with
 * the exit code: 1 when a part gave up or an app failed, 130 when the user ended a run with `once`.
 *
 * Everything is stopped in reverse order, even if starting fails half-way: the services finish their work in progress, then
 * Redis stops, then Postgres. A second interrupt kills the services, which loses nothing.
 */
export async function run(options: StartOptions): Promise<number> {
  const startedAt = Date.now();
  const opened = await openTerminal({ json: options.json });
  // What is said can contain the lines of logs.
  const terminal = { ...opened, say: (text: string) => opened.say(plainLines(text)) };
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
    const pipeline = await startEverything(options, { terminal, cleanup, giveUp, signal });
    const counts = await watchProgress(pipeline, terminal, options.once, signal);
    if (counts && !signal.aborted) {
      terminal.end();
      terminal.say(summarise(counts, Date.now() - startedAt));
      if (counts.failed > 0) terminal.say('To see why they failed: ./pics failures');
      exitCode = counts.failed > 0 ? 1 : 0;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stopping.abort();
    terminal.end();
    if (!cleanup.isEmpty) terminal.say('Stopping …');
    await cleanup.stopAll();
    stopListening();
  }
  return exitCode;
}

/** So long after the start a service that is not there yet is starting; after that it is missing. */
const STARTING_MS = 30_000;

/**
 * Shows the progress until the signal or, if asked, until everything is settled: the change feed followed, every app looked
 * for once, and nothing wanted or in flight.
 *
 * @returns the last counts of the ledger; undefined when none could be read.
 */
async function watchProgress(
  { database, queues, boardUrl, findBlocker }: RunningPipeline,
  terminal: Terminal,
  untilSettled: boolean,
  signal: AbortSignal,
): Promise<LedgerCounts | undefined> {
  let blocker: string | undefined;
  let hasStarted = false;
  const status = await followProgress({
    signal,
    read: async () => {
      blocker = await findBlocker();
      hasStarted ||= blocker === undefined;
      return readStatus(database, queues);
    },
    describe: (status, watchedMs) =>
      !hasStarted && watchedMs < STARTING_MS
        ? describeStarting(status, blocker, boardUrl)
        : describeProgress(status, { boardUrl, hint: findHint(status, watchedMs) }),
    show: (report) => terminal.showProgress(report),
    isOver: async (status) => {
      // As long as the change feed is not followed, an empty ledger means nothing.
      if (!untilSettled || !isSettled(status) || blocker !== undefined) return false;
      return Boolean((await findScan(database, 'discovery'))?.finishedAt);
    },
  });
  return status?.ledger?.counts;
}

function describeStarting(status: Status, blocker: string | undefined, boardUrl: string): ProgressReport {
  const spans = [
    { text: 'Starting', style: 'busy' },
    { text: blocker ?? '' },
    { text: boardUrl, style: 'link' },
  ] as const;
  return { ...describeProgress(status), spans: [...spans] };
}
