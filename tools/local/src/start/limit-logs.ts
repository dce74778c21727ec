import { copyFileSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Stoppable } from '../processes/cleanup-stack.ts';

/** A day or two of the busiest service; with the copy it takes twice this for each log. */
const MAX_BYTES = 10_000_000;

/** Seldom enough to cost nothing; a log that grows by a megabyte a second exceeds its size by a little. */
const CHECK_MS = 10_000;

/** Keeps each log in a folder small for as long as it runs. */
export function limitLogs(folder: string): Stoppable {
  mkdirSync(folder, { recursive: true });
  shortenLogs(folder, MAX_BYTES);
  const timer = setInterval(() => shortenLogs(folder, MAX_BYTES), CHECK_MS);
  return { stop: async () => clearInterval(timer) };
}

/**
 * Empties each log of the folder that is larger than `maxBytes`, after copying it to `<name>.log.1`.
 *
 * Postgres and Redis write to files that they got open and cannot be asked to open others, so the file stays and is
 * truncated. Every log is opened for appending: its next line begins the empty file.
 */
export function shortenLogs(folder: string, maxBytes: number): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
    const file = join(folder, name);
    if (statSync(file).size <= maxBytes) continue;
    try {
      copyFileSync(file, `${file}.1`);
    } finally {
      truncateSync(file); // Even when the disk is too full for the copy.
    }
  }
}
