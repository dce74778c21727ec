import type { Command } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { findAppid } from '../command-line/parse-appids.ts';

interface Given extends CommonOptions {
  raw?: boolean;
}

export const appCommand = defineCommand(
  'app',
  'Show what is stored of an app, its line in the ledger and its changes',
  [
    ['app 440', 'by its id'],
    ['app "half-life"', 'by a part of its name; lists those it may be'],
    ['app 440 --raw', 'what Steam says of it now, as text KeyValues'],
  ],
)
  .argument('<id>', 'the id of the app, or a part of its name')
  .option('--raw', 'ask Steam for the body: one logon and one request, beside the budget of the fleet')
  .action(async (wanted: string, { raw, ...options }: Given, command: Command) => {
    if (!raw) {
      const { showApp } = await import('../app/show-app.ts');
      return showApp(wanted, options);
    }
    const appid = findAppid(wanted);
    if (appid === undefined) command.error(`error: Steam is asked by id, such as 440, not by "${wanted}"`);
    const { showRawApp } = await import('../app/show-raw-app.ts');
    await showRawApp(appid, options);
  });
