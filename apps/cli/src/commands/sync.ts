import {
  countApps,
  findUnknownApps,
  getFleetSettings,
  markWanted,
  startScan,
  type Database,
  type LedgerCounts,
  type Scan,
} from '@pics/database';
import {
  describeNamedApps,
  describeProgress,
  findHint,
  followProgress,
  formatApps,
  formatCount,
  INTERRUPTED,
  isSettled,
  openTerminal,
  readStatus,
  stopOnInterrupt,
  summarise,
  type ProgressReport,
} from '@pics/operations';
import type { Queues } from '@pics/queue';
import type { Command } from 'commander';
import { parseAppids } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { readAppids } from '../command-line/read-appids.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { useQueuesIfReachable } from '../servers/use-queues.ts';

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
      const { exitCode, counts, unknown } = await waitUntilSynced(database, named, output);
      if (json) printJson({ ...started, counts, unknown });
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
    await startScan(database, { reason: 'discovery', knownOnly: false, survey: true });
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

interface FinishedSync {
  exitCode: number;
  counts: LedgerCounts | undefined;
  /** The named apps that Steam does not know. */
  unknown: number[];
}

/** Shows the progress until the named apps, or else all apps, are settled. */
async function waitUntilSynced(
  database: Database,
  appids: readonly number[] | undefined,
  output: NodeJS.WriteStream,
): Promise<FinishedSync> {
  const startedAt = Date.now();
  const terminal = await openTerminal({ output });
  const { signal, stopListening } = stopOnInterrupt();
  const show = (report: ProgressReport) => terminal.showProgress(report);
  const counts = await (appids
    ? followNamed(database, appids, show, signal)
    : useQueuesIfReachable((queues) => followAll(database, queues, show, signal)));
  stopListening();
  terminal.end();
  if (!counts || signal.aborted) {
    terminal.say('Stopped waiting; the sync continues.');
    return { exitCode: INTERRUPTED, counts, unknown: [] };
  }
  terminal.say(summarise(counts, Date.now() - startedAt));
  const unknown = appids ? await findUnknownApps(database, appids) : [];
  if (unknown.length > 0) terminal.say(describeUnknown(unknown));
  if (counts.failed > 0) terminal.say('See why they failed with: pics failures');
  return { exitCode: counts.failed > 0 ? 1 : 0, counts, unknown };
}

type Show = (report: ProgressReport) => void;

async function followAll(
  database: Database,
  queues: Queues | undefined,
  show: Show,
  signal: AbortSignal,
): Promise<LedgerCounts | undefined> {
  const status = await followProgress({
    read: () => readStatus(database, queues),
    describe: (status, watchedMs) => describeProgress(status, { hint: findHint(status, watchedMs) }),
    show,
    isOver: isSettled,
    signal,
  });
  return status?.ledger?.counts;
}

async function followNamed(
  database: Database,
  appids: readonly number[],
  show: Show,
  signal: AbortSignal,
): Promise<LedgerCounts | undefined> {
  const progress = await followProgress({
    read: async () => {
      const [counts, { pausedAt }] = await Promise.all([
        countApps(database, appids),
        getFleetSettings(database),
      ]);
      return { counts, pausedAt };
    },
    describe: ({ counts, pausedAt }) =>
      describeNamedApps(counts, pausedAt ? 'paused, continue with: pics resume' : undefined),
    show,
    isOver: ({ counts }) => counts.wanted + counts.inFlight + counts.tokensWanted === 0,
    signal,
  });
  return progress?.counts;
}

/** More ids than this say nothing in a terminal; JSON has all of them. */
const MOST_IDS = 20;

function describeUnknown(unknown: readonly number[]): string {
  const named = unknown.slice(0, MOST_IDS).join(', ');
  const others = unknown.length > MOST_IDS ? ` and ${formatCount(unknown.length - MOST_IDS)} others` : '';
  return `Steam does not know ${formatCount(unknown.length)} of them: ${named}${others}`;
}
