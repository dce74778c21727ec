import type { RequeueSelection } from '@pics/database';
import type { Command } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { parseAppids } from '../command-line/parse-appids.ts';
import { parseSince } from '../command-line/parse-since.ts';

interface Given extends CommonOptions {
  failed?: true;
  appids?: number[];
  error?: string;
  type?: string;
  all?: true;
  since?: Date;
  dryRun?: boolean;
}

export const requeueCommand = defineCommand('requeue', 'Fetch apps once more, with fresh attempts', [
  ['requeue --failed', 'all that failed'],
  ['requeue --error KeyValuesError --dry-run', 'how many failed with this in their error'],
  ['requeue --since 2h', 'those that failed within the last two hours'],
  ['requeue --type dlc', 'every stored DLC, failed or not'],
])
  .usage('--failed | --appids <ids> | --error <text> | --type <type> | --all | --since <date> [--dry-run]')
  .option('--failed', 'apps that failed')
  .option('--appids <ids>', 'these apps, separated by commas', parseAppids)
  .option('--error <text>', 'apps that failed with this text in their error, as pics failures shows it')
  .option('--type <type>', 'stored apps of this type, such as game or dlc')
  .option('--all', 'every app the ledger knows')
  .option(
    '--since <date>',
    'apps that failed since: a date or time, or how long ago (90min, 2h, 3d)',
    parseSince,
  )
  .option('--dry-run', 'only count them')
  .action(async ({ json, dryRun, ...given }: Given, command: Command) => {
    const selections = listSelections(given);
    const [selection] = selections;
    if (!selection || selections.length > 1) {
      command.error(
        'error: say which apps, in one way: --failed, --appids, --error, --type, --all or --since',
      );
    }
    const { requeue } = await import('../requeue/requeue.ts');
    await requeue({ selection, ...(dryRun && { dryRun }), ...(json && { json }) });
  });

function listSelections({ failed, appids, error, type, all, since }: Given): RequeueSelection[] {
  return [
    ...(failed ? [{ failed }] : []),
    ...(appids ? [{ appids }] : []),
    ...(error === undefined ? [] : [{ error }]),
    ...(type === undefined ? [] : [{ type }]),
    ...(all ? [{ all }] : []),
    ...(since ? [{ since }] : []),
  ];
}
