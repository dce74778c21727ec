import { requeueApps, type RequeueSelection } from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { formatApps } from '../output/format.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

export interface RequeueOptions extends CommonOptions {
  selection: RequeueSelection;
  dryRun?: boolean;
}

/** Gives the chosen apps fresh attempts, or only counts them, and tells how many they are. */
export async function requeue({ selection, dryRun = false, json }: RequeueOptions): Promise<void> {
  const apps = await useDatabase((database) => requeueApps(database, selection, { dryRun }));
  if (json) return printJson({ apps, dryRun });
  const unknown = 'appids' in selection ? new Set(selection.appids).size - apps : 0;
  print([
    dryRun ? `${formatApps(apps)} would be requeued.` : `${formatApps(apps)} requeued.`,
    ...(unknown > 0
      ? [`${formatApps(unknown)} the ledger does not know: pics sync --appids fetches them.`]
      : []),
  ]);
}
