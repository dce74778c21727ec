import { findScan, type Database, type LedgerCounts } from '@pics/database';
import type { Terminal } from '../output/terminal.ts';
import { describeProgress, describeWaiting } from '../progress/describe-progress.ts';
import { followProgress } from '../progress/follow-progress.ts';
import { isSettled } from '../progress/progress.ts';
import { readProgress } from '../progress/read-progress.ts';

export interface ProgressWatch {
  database: Database;
  terminal: Terminal;
  boardUrl: string;
  /** Why the change feed is not followed right now; as long as it is not, an empty ledger means nothing. */
  findBlocker: () => Promise<string | undefined>;
  /** Ends the watch as soon as everything is settled. */
  untilSettled: boolean;
  signal: AbortSignal;
}

/**
 * Shows how far everything is, until the signal, or until everything is settled: the feed followed, every app looked for
 * once, and nothing wanted or in flight.
 *
 * @returns how the ledger stood last; undefined when it was never seen.
 */
export async function watchProgress(watch: ProgressWatch): Promise<LedgerCounts | undefined> {
  const { database, terminal, boardUrl, signal } = watch;
  let blocker: string | undefined;
  const progress = await followProgress({
    signal,
    read: () => readProgress(database),
    show: async (progress, appsPerSecond) => {
      blocker = await watch.findBlocker();
      terminal.show(describeProgress(progress, appsPerSecond, blocker ?? `board ${boardUrl}`));
    },
    isOver: async (progress) => {
      if (!watch.untilSettled || !isSettled(progress) || blocker) return false;
      return Boolean((await findScan(database, 'discovery'))?.finishedAt);
    },
    onError: (error) => terminal.show(describeWaiting(error)),
  });
  return progress?.counts;
}
