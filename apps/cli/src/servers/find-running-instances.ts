import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { getDataFolder } from '../local/data-folder.ts';
import { findInstanceUrls, type InstanceUrls } from '../local/instance.ts';

/** One `up` that runs on this machine. */
export interface RunningInstance {
  /** Its data folder, as seen from here where that is shorter. */
  folder: string;
  urls: InstanceUrls;
}

/** Finds each `up` that runs on this machine and has everything started. */
export function findRunningInstances(): RunningInstance[] {
  const data = getDataFolder();
  const names = existsSync(data) ? readdirSync(data) : [];
  return names.flatMap((name) => {
    const folder = join(data, name);
    const urls = findInstanceUrls(folder);
    return urls ? [{ folder: shorten(folder), urls }] : [];
  });
}

function shorten(folder: string): string {
  const seenFromHere = relative(process.cwd(), folder);
  return seenFromHere.startsWith('..') ? folder : seenFromHere;
}
