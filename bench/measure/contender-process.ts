import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeAtEndOfFile } from '../../test/support/cleanup.ts';

/** A contender in a process of its own, warm from one run to the next. */
export interface ContenderProcess {
  /** Has it measure once, on this if it is told; resolves with what it measured. */
  run: (on?: string) => Promise<number>;
  /** Ends the process; done by itself at the end of the benchmark. */
  stop: () => Promise<void>;
}

/**
 * Starts a file that calls `serveContender`; what it needs to know it gets as arguments and environment.
 *
 * @throws Error, from here or from `run`, when the process ends instead of answering; what it printed is on stderr then.
 */
export async function startContender(
  file: URL,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ContenderProcess> {
  const child = fork(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`${file.pathname} ended (${signal ?? code})`)));
  });
  ended.catch(() => {}); // Whoever waits for an answer hears of it; at the end nobody does.
  const answer = async () => {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
    return Number(message);
  };
  const stop = closeAtEndOfFile(file.pathname, async () => {
    const exited = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill()) await exited;
  });
  await answer();
  return {
    run: (on = '') => {
      child.send(on);
      return answer();
    },
    stop,
  };
}

/** The other side: says that it is ready, and answers every request with one measurement. */
export function serveContender(measure: (on: string) => Promise<number> | number): void {
  process.on('message', (on) => {
    void Promise.resolve(measure(String(on))).then((figure) => process.send?.(figure));
  });
  process.send?.(0);
}
