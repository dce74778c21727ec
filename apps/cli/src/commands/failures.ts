import { defineCommand } from '../command-line/define-command.ts';
import { wholeNumber } from '../command-line/whole-number.ts';
import type { FailuresOptions } from '../failures/show-failures.ts';

export const failuresCommand = defineCommand('failures', 'Show which apps failed and why, grouped by error', [
  ['failures', 'the most frequent error first'],
  ['failures --apps --limit 100', 'the latest 100 apps that failed, each with its error'],
  ["failures --json | jq -r '.[].error'", 'the errors alone'],
])
  .option('--apps', 'one line for each app, the latest first')
  .option('--limit <count>', 'how many lines to show', wholeNumber(1, 1_000_000), 20)
  .action(async (options: FailuresOptions) => {
    const { showFailures } = await import('../failures/show-failures.ts');
    await showFailures(options);
  });
