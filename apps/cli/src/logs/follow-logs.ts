import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { UserError } from '@pics/core';
import type { LogFile } from './find-logs.ts';
import { readEntry, type LogEntry } from './read-entries.ts';

/**
 * Reports every line of these logs after the bytes that were read until the signal, each as it is written. `tail -F` watches them: it goes on when a log
 * was emptied because it got too large.
 *
 * @throws UserError when there is no tail.
 */
export async function followLogs(
  logs: readonly LogFile[],
  ends: ReadonlyMap<string, number>,
  onEntry: (entry: LogEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const tails = logs.map(({ name, path }) => {
    const tail = spawn('tail', ['-c', `+${(ends.get(path) ?? 0) + 1}`, '-F', path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: tail.stdout }).on('line', (line) => onEntry(readEntry(name, line)));
    return tail;
  });
  const stop = () => {
    for (const tail of tails) tail.kill();
  };
  signal.addEventListener('abort', stop);
  try {
    await Promise.all(tails.map((tail) => once(tail, 'close')));
  } catch (cause) {
    throw new UserError(`The logs cannot be followed: ${String(cause)}`, { cause });
  } finally {
    stop();
    signal.removeEventListener('abort', stop);
  }
}
