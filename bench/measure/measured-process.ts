import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeAtEnd } from '../../test/support/cleanup.ts';

/** A process that measures on request and stays warm between runs. */
export interface MeasuredProcess {
  /** Requests one measurement, with an optional input, and returns its figure. */
  run: (input?: string) => Promise<number>;
  /** Stops the process; otherwise it stops at the end of the benchmark. */
  stop: () => Promise<void>;
}

/**
 * Starts a program that calls `serveMeasurements`, in its own process: in one process, what runs first trains the
 * compiler on shapes and types that the others pay for.
 *
 * @throws Error, from here or from `run`, when the process exits instead of responding; its output is on stderr.
 */
export async function startMeasuredProcess(
  file: URL,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<MeasuredProcess> {
  const child = fork(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`${file.pathname} exited (${signal ?? code})`)));
  });
  exited.catch(() => {}); // Reported by `run`; an exit after the last run is expected.
  const receive = async () => {
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [unknown];
    return Number(message);
  };
  const stop = closeAtEnd(file.pathname, async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill()) await ended;
  });
  await receive();
  return {
    run: (input = '') => {
      child.send(input);
      return receive();
    },
    stop,
  };
}

/** Runs in the started process: reports that it is ready, and responds to every request with one measurement. */
export function serveMeasurements(measure: (input: string) => Promise<number> | number): void {
  process.on('message', (input) => {
    void Promise.resolve(measure(String(input))).then((figure) => process.send?.(figure));
  });
  process.send?.(0);
}
