import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { unpackDebianPackage } from '@pics/local';

const CACHE = resolve(import.meta.dirname, '../../.cache/prometheus');

/**
 * Finds Prometheus' promtool: on PATH, or unpacked earlier, or unpacked now from the packages of the system.
 *
 * @returns undefined, after a line that says why, when there is none.
 */
export async function findPromtool(): Promise<string | undefined> {
  const present = findRunnable();
  if (present) return present;
  try {
    await unpackDebianPackage('prometheus', CACHE);
  } catch (error) {
    const [reason] = String(error).split('\n');
    console.warn(`Tests with promtool are skipped, it could not be installed: ${reason}`);
    return undefined;
  }
  return findRunnable();
}

function findRunnable(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(CACHE, 'usr/bin')];
  return folders
    .map((folder) => join(folder, 'promtool'))
    .find((file) => existsSync(file) && spawnSync(file, ['--version']).status === 0);
}
