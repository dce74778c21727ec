import { countApps, getFleetSettings, markWanted, startScan, type Database, type Scan } from '@pics/database';
import {
  followProgress,
  formatApps,
  INTERRUPTED,
  isSettled,
  openTerminal,
  readProgress,
  stopOnInterrupt,
  summarise,
  type Progress,
} from '@pics/operations';
import type { Command } from 'commander';
import { parseAppids } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { readAppids } from '../command-line/read-appids.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  appids?: number[];
  file?: string;
  all?: true;
  wait?: boolean;
}

export const syncCommand = defineCommand('sync', 'Have apps fetched now by the running services', [
  ['sync', 'compare every known app with Steam, and fetch those that differ'],
  ['sync --appids 440,570 --wait', 'these two, known or not, and wait until they are stored'],
  ['sync --file ids.txt', 'those that a file lists; - reads stdin'],
  ['sync --all', 'every app again, and a scan for apps that are not known yet'],
])
  .usage('[--appids <ids> | --file <file> | --all] [--wait]')
  .option('--appids <ids>', 'these apps, separated by commas', parseAppids)
  .option('--file <file>', 'the apps that this file lists, separated by commas, spaces or line breaks')
  .option('--all', 'every app, whether it differs or not')
  .option('--wait', 'wait until it is done, and show the progress; exits with 1 if apps failed')
  .action(async ({ appids, file, all, wait, json }: Options, command: Command) => {
    if ([appids, file, all].filter((way) => way !== undefined).length > 1) {
      command.error('error: choose the apps in one way: --appids, --file or --all');
    }
    const named = file === undefined ? appids : await readAppids(file);
    await useDatabase(async (database) => {
      const started = await startSync(database, named ?? (all ? 'all' : 'differing'));
      if (!json) print(describeSync(started));
      if (!wait) {
        if (json) printJson(started);
        return;
      }
      // With --json stdout is for the result, so the progress goes to stderr.
      const output = json ? process.stderr : process.stdout;
      const { exitCode, progress } = await waitUntilSynced(database, named, output);
      if (json) printJson({ ...started, counts: progress?.counts });
      process.exitCode = exitCode;
    });
  });

interface StartedSync {
  /** Wanted now because of this sync. */
  apps: number;
  /** Of the named apps: failed before, and left so. */
  failedBefore: number;
  /** The scan that looks for more; null for named apps. */
  scan: Scan['reason'] | null;
}

/** Marks apps as wanted and starts the scan that finds the others. The services, wherever they run, do the work. */
async function startSync(
  database: Database,
  selection: readonly number[] | 'all' | 'differing',
): Promise<StartedSync> {
  if (selection === 'all') {
    const apps = await markWanted(database, { all: true });
    await startScan(database, { reason: 'discovery', knownOnly: false });
    return { apps, failedBefore: 0, scan: 'discovery' };
  }
  if (selection === 'differing') {
    await startScan(database, { reason: 'sweep', knownOnly: true });
    return { apps: 0, failedBefore: 0, scan: 'sweep' };
  }
  const apps = await markWanted(database, { appids: selection });
  return { apps, failedBefore: new Set(selection).size - apps, scan: null };
}

function describeSync({ apps, failedBefore, scan }: StartedSync): string[] {
  if (scan === 'sweep') {
    return [
      'Comparing every known app with Steam, by change numbers alone; those that differ will be fetched.',
    ];
  }
  if (scan) return [`${formatApps(apps)} wanted; scanning all ids for more.`];
  const failed = `${formatApps(failedBefore)} failed before; retry with: pics requeue --appids`;
  return [`${formatApps(apps)} wanted.`, ...(failedBefore > 0 ? [failed] : [])];
}

/** Shows the progress until the named apps, or else all apps, are settled. */
async function waitUntilSynced(
  database: Database,
  appids: readonly number[] | undefined,
  output: NodeJS.WriteStream,
): Promise<{ exitCode: number; progress: Progress | undefined }> {
  const startedAt = Date.now();
  const terminal = await openTerminal({ output });
  const interruption = stopOnInterrupt();
  const progress = await followProgress({
    read: () => (appids ? readProgressOf(database, appids) : readProgress(database)),
    show: (report) => terminal.showProgress(report),
    isOver: isSettled,
    signal: interruption.signal,
  });
  interruption.stopListening();
  terminal.end();
  if (!progress || interruption.signal.aborted) {
    terminal.say('Stopped waiting; the sync continues.');
    return { exitCode: INTERRUPTED, progress };
  }
  terminal.say(summarise(progress.counts, Date.now() - startedAt));
  const { failed } = progress.counts;
  if (failed > 0) terminal.say('See why they failed with: pics failures');
  return { exitCode: failed > 0 ? 1 : 0, progress };
}

async function readProgressOf(database: Database, appids: readonly number[]): Promise<Progress> {
  const [counts, { pausedAt }] = await Promise.all([countApps(database, appids), getFleetSettings(database)]);
  return { counts, scanned: undefined, pausedAt };
}
