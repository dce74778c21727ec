import { inspect } from 'node:util';
import { plainLines, SteamUnavailable, UserError } from '@pics/core';
import { CommanderError } from 'commander';

/** Exit codes: 1 when the work failed, 2 when the command line or a setting is wrong. */
const FAILED = 1;
const WRONG_USE = 2;

/**
 * Prints to stderr why a command failed, and returns the exit code. What the user can fix gets a sentence; anything else is
 * a bug and gets its stack.
 */
export async function reportFailure(error: unknown): Promise<number> {
  // Commander has printed its message already; help that was asked for is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  if (error instanceof UserError) return say(error.message, FAILED);
  if (error instanceof SteamUnavailable) return say(`Steam is unavailable: ${error.message}.`, FAILED);
  // Loaded only now, because commands that succeed do not need both.
  const [{ SettingsError }, { isDatabaseUnavailable }] = await Promise.all([
    import('@pics/service'),
    import('@pics/database'),
  ]);
  if (error instanceof SettingsError) return say(error.message, WRONG_USE);
  if (error instanceof Error && isDatabaseUnavailable(error)) {
    return say(`The database is unavailable: ${error.message}`, FAILED);
  }
  return say(inspect(error), FAILED);
}

function say(message: string, exitCode: number): number {
  process.stderr.write(`${plainLines(message)}\n`);
  return exitCode;
}
