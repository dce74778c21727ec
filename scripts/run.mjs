import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { stripVTControlCharacters } from 'node:util';

/**
 * Runs a command in the foreground and resolves with its exit code (128 + the signal's number when one ended it).
 *
 * This process waits for the command, so that the shell's prompt returns only when everything has stopped. A terminal sends
 * Ctrl-C to the command directly; without a terminal the signal is passed on.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export function run(command, args, env = process.env) {
  return waitFor(spawn(command, args, { stdio: 'inherit', env }));
}

/**
 * Runs a command without printing its output, which is returned instead, without colours and other terminal controls.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function runQuietly(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const code = await waitFor(child);
  return { code, output: stripVTControlCharacters(Buffer.concat(chunks).toString()).trim() };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
async function waitFor(child) {
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  const interrupt = () => hasTerminal() || child.kill('SIGINT');
  process.on('SIGINT', interrupt).on('SIGTERM', forward).on('SIGHUP', forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', forward).off('SIGHUP', forward);
  }
}

/** Whether a Ctrl-C can reach this process from a terminal, even if its input and output are pipes. */
function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
