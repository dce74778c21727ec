import { requeueApps, type RequeueSelection } from '@pics/database';
import { formatApps } from '@pics/operations';
import type { Command } from 'commander';
import { parseAppids, parseSince } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  failed?: true;
  appids?: number[];
  error?: string;
  type?: string;
  all?: true;
  since?: Date;
  dryRun?: boolean;
}

export const requeueCommand = defineCommand('requeue', 'Fetch apps again, with fresh attempts', [
  ['requeue --failed', 'every app that failed'],
  ['requeue --error KeyValuesError --dry-run', 'how many failed with this in their error'],
  ['requeue --since 2h', 'those that failed within the last two hours'],
  ['requeue --type dlc', 'every stored DLC, failed or not'],
])
  .usage('--failed | --appids <ids> | --error <text> | --type <type> | --all | --since <date> [--dry-run]')
  .option('--failed', 'apps that failed')
  .option('--appids <ids>', 'these apps, separated by commas', parseAppids)
  .option('--error <text>', 'apps that failed with this text in their error, as pics failures shows it')
  .option('--type <type>', 'stored apps of this type, such as game or dlc')
  .option('--all', 'every app in the ledger')
  .option(
    '--since <date>',
    'apps that failed since: a date or time, or how long ago (90min, 2h, 3d)',
    parseSince,
  )
  .option('--dry-run', 'only count them')
  .action(async ({ json, dryRun = false, ...options }: Options, command: Command) => {
    const [selection, another] = listSelections(options);
    if (!selection || another) {
      command.error(
        'error: choose the apps in one way: --failed, --appids, --error, --type, --all or --since',
      );
    }
    const { apps } = await useDatabase((database) => requeueApps(database, selection, { dryRun }));
    if (json) printJson({ apps, dryRun });
    else print(describe(apps, selection, dryRun));
  });

function listSelections({ failed, appids, error, type, all, since }: Options): RequeueSelection[] {
  return [
    ...(failed ? [{ failed }] : []),
    ...(appids ? [{ appids }] : []),
    ...(error === undefined ? [] : [{ error }]),
    ...(type === undefined ? [] : [{ type }]),
    ...(all ? [{ all }] : []),
    ...(since ? [{ since }] : []),
  ];
}

function describe(apps: number, selection: RequeueSelection, dryRun: boolean): string[] {
  const unknown = 'appids' in selection ? new Set(selection.appids).size - apps : 0;
  return [
    dryRun ? `${formatApps(apps)} would be requeued.` : `${formatApps(apps)} requeued.`,
    ...(unknown > 0 ? [`${formatApps(unknown)} not in the ledger; fetch with: pics sync --appids`] : []),
  ];
}
