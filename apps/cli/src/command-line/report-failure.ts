import { CommanderError } from 'commander';

/** What went wrong is told by the exit code: 1 when the work failed, 2 when the command line or the settings are wrong. */
const FAILED = 1;
const WRONG_USE = 2;

/**
 * Tells on stderr why a command failed, and returns the exit code. What the user can mend gets its sentence; anything else
 * is a fault of ours and shows where.
 */
export async function reportFailure(error: unknown): Promise<number> {
  // Commander has said it already; help that was asked for is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  // Only now: most commands that end well never need them all.
  const [{ SteamUnavailable, UserError }, { SettingsError }, { isDatabaseUnavailable }] = await Promise.all([
    import('@pics/core'),
    import('@pics/service'),
    import('@pics/database'),
  ]);
  if (error instanceof UserError) return say(error.message, FAILED);
  if (error instanceof SettingsError) return say(error.message, WRONG_USE);
  if (error instanceof SteamUnavailable)
    return say(`Steam cannot be asked right now: ${error.message}.`, FAILED);
  if (error instanceof Error && isDatabaseUnavailable(error)) {
    return say(`The database cannot be used right now: ${error.message}`, FAILED);
  }
  console.error(error);
  return FAILED;
}

function say(message: string, exitCode: number): number {
  process.stderr.write(`${message}\n`);
  return exitCode;
}
