import { countApps, type Database, type LedgerCounts } from '@pics/database';
import { openTerminal } from '../output/terminal.ts';
import { describeProgress, describeWaiting } from '../progress/describe-progress.ts';
import { findRemark } from '../progress/find-remark.ts';
import { followProgress } from '../progress/follow-progress.ts';
import { isSettled } from '../progress/progress.ts';
import { readProgress } from '../progress/read-progress.ts';
import { summarise } from '../progress/summarise.ts';
import { stopOnInterrupt } from '../command-line/stop-on-interrupt.ts';
import type { SyncSelection } from './sync.ts';

/**
 * Shows the progress of a sync until it is done: the apps that were named settled, or else everything.
 *
 * @param aside shows it on stderr, since stdout is for the answer.
 */
export async function waitUntilSynced(
  database: Database,
  selection: SyncSelection,
  aside: boolean,
): Promise<{ exitCode: number; counts: LedgerCounts | undefined }> {
  const startedAt = Date.now();
  const terminal = openTerminal({ output: aside ? process.stderr : process.stdout });
  const interruption = stopOnInterrupt();
  const progress = await followProgress({
    read: async () =>
      'appids' in selection
        ? { counts: await countApps(database, selection.appids), scanned: undefined }
        : readProgress(database),
    show: async (progress, appsPerSecond) => {
      const remark = await findRemark(database, progress, appsPerSecond, Date.now() - startedAt);
      terminal.show(describeProgress(progress, appsPerSecond, remark));
    },
    isOver: isSettled,
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
  if (counts.failed > 0) terminal.say('Why they failed says: pics failures');
  return { exitCode: counts.failed > 0 ? 1 : 0, counts };
}
