import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { RUN_VARIABLE } from './leftovers.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `pics` with only these variables set, and resolves when it has ended. It takes about half a second, so a test should
 * check more than one thing in its output.
 */
export async function runCli(
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<CliResult> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '', [RUN_VARIABLE]: run = '' } = process.env;
  const child = spawn(process.execPath, ['apps/cli/src/main.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      TZ: 'UTC',
      PICS_DATA_DIR: '/nonexistent',
      [RUN_VARIABLE]: run,
      ...env,
    },
  });
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject)),
  ]);
  return { exitCode, stdout, stderr };
}
