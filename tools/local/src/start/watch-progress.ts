import { findScan, type Database, type LedgerCounts } from '@pics/database';
import { followProgress, isSettled, readProgress, type Terminal } from '@pics/operations';

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
 * Shows the progress until the signal or, if asked, until everything is settled: the feed followed, every app looked for
 * once, and nothing wanted or in flight.
 *
 * @returns the last counts of the ledger; undefined when none could be read.
 */
export async function watchProgress(watch: ProgressWatch): Promise<LedgerCounts | undefined> {
  const { database, terminal, boardUrl, findBlocker, untilSettled, signal } = watch;
  const progress = await followProgress({
    signal,
    read: () => readProgress(database),
    show: (report) => terminal.showProgress(report),
    findNote: async () => (await findBlocker()) ?? `board ${boardUrl}`,
    isOver: async (progress) => {
      if (!untilSettled || !isSettled(progress) || (await findBlocker())) return false;
      return Boolean((await findScan(database, 'discovery'))?.finishedAt);
    },
  });
  return progress?.counts;
}
