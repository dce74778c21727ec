import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePort, limitMemory, startChildProcess, waitUntil } from '@pics/local';
import { closeAtEnd } from './cleanup.ts';
import { RUN_VARIABLE } from './leftovers.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** More than a service may take to drain (25 s). */
const GRACE_MS = 30_000;
const READY_TIMEOUT_MS = 30_000;

/** A program of this project that runs as a child process. */
export interface TestProcess {
  readonly pid: number;
  /** Every line it has printed so far, on stdout and stderr. */
  readonly lines: readonly string[];
  /** Resolves with the first matching line, printed already or later; rejects when the process ends before. */
  waitForLine(fits: RegExp | ((line: string) => boolean)): Promise<string>;
  /** Resolves with the exit code when the process has ended for whatever reason. */
  readonly exited: Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<number>;
}

export interface TestService extends TestProcess {
  /** The base URL of /healthz, /readyz and /metrics. */
  readonly url: string;
}

/**
 * Starts `apps/<name>/src/main.ts` as in production, with these variables and nothing of the developer's environment. If it
 * still runs at the end of the test, it is killed.
 *
 * @param until what to wait for: `ready` (/readyz succeeds), `alive` (/healthz succeeds), or nothing.
 * @throws Error with its last lines when it ends, or is not that far within 30 s.
 */
export async function startService(
  name: string,
  env: Record<string, string>,
  until: 'ready' | 'alive' | 'nothing' = 'ready',
): Promise<TestService> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const service = startProcess(`apps/${name}/src/main.ts`, [], { PORT: String(port), ...env });
  if (until === 'nothing' || (await startsUp(service, url + (until === 'ready' ? '/readyz' : '/healthz')))) {
    return Object.assign(service, { url });
  }
  await service.kill();
  // Another process may have taken the port in the meantime.
  if (service.lines.some((line) => line.includes('EADDRINUSE'))) return startService(name, env, until);
  throw new Error(`${name} did not become ${until}:\n${service.lines.slice(-20).join('\n')}`);
}

/** Whether a service responds with success within the time, before it ends. */
async function startsUp(service: TestProcess, url: string): Promise<boolean> {
  const responds = () =>
    fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  let running = true;
  void service.exited.then(() => (running = false));
  return waitUntil(responds, READY_TIMEOUT_MS, { isPossible: () => running });
}

/** Starts a TypeScript file of this project with Node; see `startService`. */
export function startProcess(file: string, args: string[], env: Record<string, string>): TestProcess {
  const { PATH = '', HOME = '', [RUN_VARIABLE]: run = '' } = process.env;
  const running = startChildProcess({
    file: process.execPath,
    args: [file, ...args],
    cwd: ROOT,
    env: limitMemory({ PATH, HOME, [RUN_VARIABLE]: run, ...env }),
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: GRACE_MS,
  });
  closeAtEnd(file, async () => void (await running.kill()));
  const lines: string[] = [];
  const { stdout, stderr } = running.child;
  const readers = [stdout, stderr].flatMap((stream) => (stream ? [createInterface({ input: stream })] : []));
  for (const reader of readers) reader.on('line', (line) => lines.push(line));

  return {
    pid: running.pid,
    lines,
    exited: running.exited,
    waitForLine: (wanted) =>
      new Promise((found, failed) => {
        const fits = wanted instanceof RegExp ? (line: string) => wanted.test(line) : wanted;
        const seen = lines.find(fits);
        if (seen !== undefined) return found(seen);
        for (const reader of readers) reader.on('line', (line) => fits(line) && found(line));
        void running.exited.then(() =>
          failed(
            new Error(`${file} ended before it printed ${String(wanted)}:\n${lines.slice(-20).join('\n')}`),
          ),
        );
      }),
    signal: (signal) => void running.child.kill(signal),
    stop: () => running.stop(),
    kill: () => running.kill(),
  };
}
