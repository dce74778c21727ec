import { getFeed } from '@pics/database';
import { describeChange } from '../changes/describe-change.ts';
import type { CommonOptions } from '../command-line/define-command.ts';
import { printJsonLine } from '../output/print.ts';
import { openTerminal } from '../output/terminal.ts';
import { describeProgress, describeWaiting } from '../progress/describe-progress.ts';
import { findRemark } from '../progress/find-remark.ts';
import { followProgress } from '../progress/follow-progress.ts';
import { isSettled } from '../progress/progress.ts';
import { readProgress } from '../progress/read-progress.ts';
import { stopOnInterrupt } from '../command-line/stop-on-interrupt.ts';
import { useDatabase } from '../servers/use-database.ts';
import { SettledChanges } from './settled-changes.ts';

export interface WatchOptions extends CommonOptions {
  untilSettled?: boolean;
}

/**
 * Shows changes as they get into the tables, and how far everything is, until the user has seen enough or, if told so, until
 * everything is settled.
 *
 * @returns the exit code: with `untilSettled` 1 when an app stands failed, and 130 when the user did not wait for it.
 */
export async function watch({ json, untilSettled = false }: WatchOptions): Promise<number> {
  const startedAt = Date.now();
  const terminal = openTerminal({ json });
  const interruption = stopOnInterrupt();
  const progress = await useDatabase(async (database) => {
    const { changeNumber } = await getFeed(database);
    const changes = new SettledChanges(database, changeNumber ?? 0);
    return followProgress({
      read: async () => {
        for (const change of await changes.next()) {
          if (json) printJsonLine({ type: 'change', ...change });
          else terminal.say(describeChange(change));
        }
        return readProgress(database);
      },
      show: async (progress, appsPerSecond) => {
        const remark = await findRemark(database, progress, appsPerSecond, Date.now() - startedAt);
        terminal.show(describeProgress(progress, appsPerSecond, remark));
      },
      isOver: (progress) => untilSettled && isSettled(progress),
      onError: (error) => terminal.show(describeWaiting(error)),
      signal: interruption.signal,
    });
  });
  interruption.stopHearing();
  terminal.end();
  if (!untilSettled) return 0;
  if (interruption.signal.aborted) return 130;
  return progress && progress.counts.failed > 0 ? 1 : 0;
}
