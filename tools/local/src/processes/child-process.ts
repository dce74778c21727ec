import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** The OS user that a process runs as; undefined leaves it the present one. */
export interface Identity {
  uid: number;
  gid: number;
}

export interface ChildCommand {
  file: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Where stdout and stderr go: an open file, or pipes of `child` that the caller reads to their end. */
  output: number | 'pipe';
  identity?: Identity | undefined;
  /** The signal that asks for an orderly end. */
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long the orderly end may take; then the process is killed. */
  graceMs: number;
  /** A folder to be removed after the process when nobody is left to do it. */
  removeWhenOrphaned?: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /**
   * Resolves when the process has ended, with all of its group, and everything it printed was read: with its exit code, or
   * 128 + the number of the signal that ended it.
   */
  readonly exited: Promise<number>;
  isRunning(): boolean;
  /** Asks for an orderly end, forces it after the grace, and resolves with the exit code. Asking twice is the same as once. */
  stop(): Promise<number>;
  /** Ends the process at once, as `kill -9` does. */
  kill(): Promise<number>;
}

/**
 * The shell leaves a guard behind and then becomes the command, which keeps its pid and so its signals and exit code.
 *
 * The guard reads from a pipe that only we hold open. When we are gone, however that came, the read ends, and the guard
 * asks the command to stop, waits, and kills it. It is orphaned on purpose, so that the command never has to reap it, and
 * it stays in the command's process group, so that the kernel gives the command's pid to nobody else meanwhile.
 */
const GUARD = `
stop=$1 seconds=$2 remove=$3; shift 3
( (
  trap '' INT TERM HUP
  cat <&3
  kill -"$stop" $$ || exit
  while [ "$seconds" -gt 0 ] && kill -0 $$; do sleep 1; seconds=$((seconds - 1)); done
  kill -KILL $$
  [ -z "$remove" ] || rm -rf -- "$remove"
) >/dev/null 2>&1 & )
exec "$@" 3<&-
`;

/** What a process leaves behind of its group, the guard included, has nothing to do any more. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

/**
 * Starts a process that does not outlive this one, not even when this one is killed with SIGKILL.
 *
 * It gets a process group of its own: a Ctrl-C in the terminal reaches only us, and we decide what stops when.
 */
export function startChildProcess(command: ChildCommand): RunningProcess {
  const { stopSignal, graceMs, removeWhenOrphaned = '' } = command;
  const guardArgs = [stopSignal.slice(3), String(Math.ceil(graceMs / 1000)), removeWhenOrphaned];
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', GUARD, 'sh', ...guardArgs, command.file, ...command.args],
    {
      detached: true,
      stdio: ['ignore', command.output, command.output, 'pipe'],
      ...(command.env && { env: command.env }),
      ...(command.cwd && { cwd: command.cwd }),
      ...command.identity,
    },
  );
  const guardPipe = child.stdio[3];
  guardPipe?.on('error', () => {});
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      endGroup(child.pid);
      guardPipe?.destroy();
    });
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
  exited.catch(() => {});

  let stopping: Promise<number> | undefined;
  const stop = async () => {
    child.kill(stopSignal);
    const deadline = setTimeout(() => child.kill('SIGKILL'), graceMs);
    try {
      return await exited;
    } finally {
      clearTimeout(deadline);
    }
  };
  return {
    child,
    get pid() {
      if (child.pid === undefined) throw new Error(`${command.file} could not be started`);
      return child.pid;
    },
    exited,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: () => (stopping ??= stop()),
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}
