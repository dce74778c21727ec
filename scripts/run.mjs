import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a command in the foreground and resolves with its exit code (128 + the signal's number when one ended it).
 *
 * This process stays until the command has ended, so that the shell's prompt returns only when everything has stopped.
 * A Ctrl-C reaches the command by itself, because a terminal signals the whole group; without one it is passed on.
 */
export function run(command, args, env = process.env) {
  return waitFor(spawn(command, args, { stdio: 'inherit', env }));
}

/** Runs a command without showing what it prints; `output` holds all of that, to be shown when it failed. */
export async function runQuietly(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const code = await waitFor(child);
  return { code, output: Buffer.concat(chunks).toString().trim() };
}

async function waitFor(child) {
  const forward = (signal) => child.kill(signal);
  const interrupt = (signal) => {
    if (!process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', forward).on('SIGHUP', forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
    });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', forward).off('SIGHUP', forward);
  }
}
