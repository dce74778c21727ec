import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { findOrUnpack } from './find-or-unpack.ts';

const CACHE = resolve(import.meta.dirname, '../../.cache/prometheus');

/**
 * Finds Prometheus' promtool: on PATH, or unpacked earlier, or unpacked now from the packages of the system.
 *
 * @returns undefined, after a line that says why, when there is none.
 */
export function findPromtool(): Promise<string | undefined> {
  return findOrUnpack(findRunnable, 'prometheus', CACHE, 'Tests with promtool');
}

function findRunnable(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(CACHE, 'usr/bin')];
  return folders
    .map((folder) => join(folder, 'promtool'))
    .find((file) => existsSync(file) && spawnSync(file, ['--version']).status === 0);
}
