import { markWanted, startScan, type Database, type Scan } from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { describeSync } from './describe-sync.ts';
import { waitUntilSynced } from './wait-until-synced.ts';

/** What to fetch: some apps, every app there is, or what differs from Steam. */
export type SyncSelection = { appids: readonly number[] } | { all: true } | { differing: true };

export interface SyncOptions extends CommonOptions {
  selection: SyncSelection;
  /** Stays until it is done. */
  wait?: boolean;
}

/** What a sync has set going. */
export interface StartedSync {
  /** Wanted now because of it. */
  apps: number;
  /** Of the apps that were named: failed before, and left so. */
  failedBefore: number;
  /** The scan that looks for more; null for apps that were named. */
  scan: Scan['reason'] | null;
}

/**
 * Has apps fetched: marks them as wanted, and starts the scan that finds the others. The services that run, wherever they
 * are, do the work.
 *
 * @returns the exit code: 0 when it is under way; with `wait`, 1 when an app failed and 130 when the user did not wait.
 */
export async function sync({ selection, wait = false, json }: SyncOptions): Promise<number> {
  return useDatabase(async (database) => {
    const started = await startSync(database, selection);
    if (!json) print(describeSync(selection, started));
    if (!wait) {
      if (json) printJson(started);
      return 0;
    }
    const { exitCode, counts } = await waitUntilSynced(database, selection, Boolean(json));
    if (json) printJson({ ...started, counts });
    return exitCode;
  });
}

async function startSync(database: Database, selection: SyncSelection): Promise<StartedSync> {
  if ('appids' in selection) {
    const apps = await markWanted(database, selection);
    return { apps, failedBefore: new Set(selection.appids).size - apps, scan: null };
  }
  const apps = 'all' in selection ? await markWanted(database, selection) : 0;
  const scan: Scan['reason'] = 'all' in selection ? 'discovery' : 'sweep';
  await startScan(database, { reason: scan, knownOnly: scan === 'sweep' });
  return { apps, failedBefore: 0, scan };
}
