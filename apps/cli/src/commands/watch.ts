import { defineCommand } from '../command-line/define-command.ts';
import type { WatchOptions } from '../watch/watch.ts';

export const watchCommand = defineCommand(
  'watch',
  'Show changes as they get into the tables, and how far everything is',
  [
    ['watch', 'until Ctrl-C'],
    ['watch --until-settled', 'until nothing is wanted any more; exits with 1 if apps failed'],
    ['watch --json', 'one JSON object a line: changes and, every second, progress'],
  ],
)
  .option('--until-settled', 'end when nothing is wanted, in flight or being looked for')
  .action(async (options: WatchOptions) => {
    const { watch } = await import('../watch/watch.ts');
    process.exitCode = await watch(options);
  });
