import type { Command } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { parseAppids } from '../command-line/parse-appids.ts';
import { readAppids } from '../command-line/read-appids.ts';

interface Given extends CommonOptions {
  appids?: number[];
  file?: string;
  all?: true;
  wait?: boolean;
}

export const syncCommand = defineCommand('sync', 'Have apps fetched now by the services that run', [
  ['sync', 'compare every known app with Steam, and fetch those that differ'],
  ['sync --appids 440,570 --wait', 'these two, known or not, and stay until they are stored'],
  ['sync --file ids.txt', 'those that a file lists; - reads stdin'],
  ['sync --all', 'everything once more, and a look for apps that nobody knows yet'],
])
  .usage('[--appids <ids> | --file <file> | --all] [--wait]')
  .option('--appids <ids>', 'these apps, separated by commas', parseAppids)
  .option('--file <file>', 'the apps this file lists, separated by commas, blanks or line ends')
  .option('--all', 'every app, whatever is stored of it')
  .option('--wait', 'stay until it is done, and show how far it is; exits with 1 if apps failed')
  .action(async ({ appids, file, all, ...options }: Given, command: Command) => {
    if ([appids, file, all].filter((way) => way !== undefined).length > 1) {
      command.error('error: say which apps in one way: --appids, --file or --all');
    }
    const named = file === undefined ? appids : await readAppids(file);
    const { sync } = await import('../sync/sync.ts');
    const selection = named ? { appids: named } : all ? { all } : ({ differing: true } as const);
    process.exitCode = await sync({ ...options, selection });
  });
