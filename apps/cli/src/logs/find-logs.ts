import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '@pics/core';
import { getDataFolder } from '@pics/operations';
import { environment } from '@pics/service';
import { printNote } from '../output/print.ts';
import { findInstance, getChosenName } from '../servers/find-instance.ts';

/** The log of one service of `npm start`. */
export interface LogFile {
  /** producer, fetcher, fetcher-2, postgres, … */
  name: string;
  path: string;
}

/**
 * Finds the folder with the logs of the instance that this command line works on. When none runs, it is the one that ran
 * last, because a log matters most when something has ended.
 *
 * @throws UserError when there is none.
 */
export function findLogFolder(): string {
  const data = getDataFolder(environment());
  const folders = existsSync(data) ? readdirSync(data).map((name) => join(data, name, 'logs')) : [];
  const known = folders.filter((folder) => existsSync(folder));
  const name = getChosenName();
  if (name !== undefined) {
    const chosen = known.find((folder) => basename(join(folder, '..')) === name);
    if (chosen) return chosen;
    const names = known.map((folder) => basename(join(folder, '..'))).join(', ') || 'none';
    throw new UserError(`There are no logs of an instance ${name} here; there are those of: ${names}.`);
  }
  const running = findInstance();
  if (running) return join(running.folder, 'logs');
  const latest = known.toSorted((one, other) => lastChange(other) - lastChange(one))[0];
  if (!latest) {
    throw new UserError(
      'npm start has not run here, so it has no logs. Services that run elsewhere log to their platform: docker compose logs, railway logs.',
    );
  }
  printNote(`Nothing runs here. The logs of the last run, in ${latest}:`);
  return latest;
}

/** Lists the logs of a folder. */
export function listLogs(folder: string): LogFile[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.log'));
  return files.map((file) => ({ name: basename(file, '.log'), path: join(folder, file) }));
}

function lastChange(folder: string): number {
  return Math.max(0, ...listLogs(folder).map(({ path }) => statSync(path).mtimeMs));
}
