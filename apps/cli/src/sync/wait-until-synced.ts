import { countApps, findScan, getSteering, type Database, type LedgerCounts } from '@pics/database';
import { openTerminal } from '../output/terminal.ts';
import { describeProgress, describeWaiting, type Progress } from '../progress/describe-progress.ts';
import { followProgress } from '../progress/follow-progress.ts';
import { readProgress } from '../progress/read-progress.ts';
import { summarise } from '../progress/summarise.ts';
import { stopOnInterrupt } from '../command-line/stop-on-interrupt.ts';
import type { StartedSync, SyncSelection } from './sync.ts';

/**
 * Shows the progress of a sync until it is done: the apps that were named settled, or the scan finished and nothing wanted.
 *
 * @param aside shows it on stderr, since stdout is for the answer.
 */
export async function waitUntilSynced(
  database: Database,
  selection: SyncSelection,
  { scan }: StartedSync,
  aside: boolean,
): Promise<{ exitCode: number; counts: LedgerCounts | undefined }> {
  const startedAt = Date.now();
  const terminal = openTerminal({ output: aside ? process.stderr : process.stdout });
  const isDone = async ({ counts }: Progress) => {
    if (counts.wanted + counts.inFlight > 0) return false;
    return !scan || Boolean((await findScan(database, scan))?.finishedAt);
  };
  const interruption = stopOnInterrupt();
  const progress = await followProgress({
    read: async () =>
      'appids' in selection
        ? { counts: await countApps(database, selection.appids), scanned: undefined }
        : readProgress(database),
    show: async (progress, appsPerSecond) => {
      const { pausedAt } = await getSteering(database);
      terminal.show(describeProgress(progress, appsPerSecond, pausedAt ? 'paused' : undefined));
    },
    isOver: isDone,
    onError: (error) => terminal.show(describeWaiting(error)),
    signal: interruption.signal,
  });
  interruption.stopHearing();
  terminal.end();
  const counts = progress?.counts;
  if (!counts || interruption.signal.aborted) {
    terminal.say('Not waiting any longer; it goes on by itself.');
    return { exitCode: 130, counts };
  }
  terminal.say(summarise(counts, Date.now() - startedAt));
  return { exitCode: counts.failed > 0 ? 1 : 0, counts };
}
