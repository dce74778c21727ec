import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** The OS user that a process runs as. */
export interface Identity {
  uid: number;
  gid: number;
}

export interface ChildCommand {
  file: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Where stdout and stderr go: an open file, or pipes of `child`, which the caller must read to their end. */
  output: number | 'pipe';
  identity?: Identity | undefined;
  /** The signal for an orderly shutdown. */
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long the orderly shutdown may take; then the process is killed. */
  graceMs: number;
  /** A folder to remove after the process if this one was killed and cannot do it. */
  removeWhenOrphaned?: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /**
   * Resolves when the process has ended, with all of its group, and all of its output was read: with its exit code, or
   * 128 + the number of the signal that ended it.
   */
  readonly exited: Promise<number>;
  isRunning(): boolean;
  /** Shuts it down in order, kills it after the grace period, and resolves with the exit code. Idempotent. */
  stop(): Promise<number>;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<number>;
}

/**
 * The shell starts a watchdog in the background and then becomes the command, which keeps the pid, and with it the signals
 * and the exit code.
 *
 * The watchdog reads from a pipe that only this process holds open. When this process ends, for whatever reason, the read
 * ends, and the watchdog stops the command, waits, and kills it. The watchdog is orphaned on purpose, so that the command
 * never has to reap it, and stays in the command's process group, so that the kernel does not reuse the pid meanwhile.
 *
 * In a container whose process 1 reaps nothing, an orphaned command stays a zombie, which `kill -0` takes for running.
 */
const WATCHDOG = `
stop=$1 seconds=$2 remove=$3; shift 3
( (
  trap '' INT TERM HUP
  cat <&3
  kill -"$stop" $$ || exit
  ended() { ! kill -0 $$ || grep -q '^State:.Z' /proc/$$/status; }
  while [ "$seconds" -gt 0 ] && ! ended; do sleep 1; seconds=$((seconds - 1)); done
  kill -KILL $$
  [ -z "$remove" ] || rm -rf -- "$remove"
) >/dev/null 2>&1 & )
exec "$@" 3<&-
`;

/** Kills the rest of a process group, the watchdog included. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}

/**
 * Starts a child process that does not outlive this one, even if this one is killed with SIGKILL.
 *
 * It runs in a separate process group: a Ctrl-C in the terminal reaches this process only, which decides what stops when.
 */
export function startChildProcess(command: ChildCommand): RunningProcess {
  const { stopSignal, graceMs, removeWhenOrphaned = '' } = command;
  const watchdogArgs = [stopSignal.slice(3), String(Math.ceil(graceMs / 1000)), removeWhenOrphaned];
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', WATCHDOG, 'sh', ...watchdogArgs, command.file, ...command.args],
    {
      detached: true,
      stdio: ['ignore', command.output, command.output, 'pipe'],
      ...(command.env && { env: command.env }),
      ...(command.cwd && { cwd: command.cwd }),
      ...command.identity,
    },
  );
  const watchdogPipe = child.stdio[3];
  watchdogPipe?.on('error', () => {});
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      endGroup(child.pid);
      watchdogPipe?.destroy();
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
