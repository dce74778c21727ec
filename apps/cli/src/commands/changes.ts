import { parseChangesStart } from '../command-line/parse-changes-start.ts';
import { defineCommand } from '../command-line/define-command.ts';
import { wholeNumber } from '../command-line/whole-number.ts';
import type { ChangesOptions } from '../changes/show-changes.ts';

export const changesCommand = defineCommand('changes', 'Show which apps changed, and what became of each', [
  ['changes', 'the last 20'],
  ['changes --since 2h', 'those of the last two hours; a date or a time will do as well'],
  ['changes --since 31650000', 'those after this change number'],
])
  .option(
    '--since <start>',
    'a change number, a date or time, or how long ago (90min, 2h, 3d)',
    parseChangesStart,
  )
  .option(
    '--limit <count>',
    'how many to show: the newest (default: 20; with --since 100,000)',
    wholeNumber(1, 1_000_000),
  )
  .action(async (options: ChangesOptions) => {
    const { showChanges } = await import('../changes/show-changes.ts');
    await showChanges(options);
  });
