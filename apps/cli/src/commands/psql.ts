import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { UserError } from '@pics/core';
import { environment } from '@pics/service';
import { Command } from 'commander';
import { formatExamples } from '../command-line/define-command.ts';
import { splitPassword } from '../servers/split-password.ts';
import { getServerUrl } from '../servers/get-server-url.ts';

export const psqlCommand = new Command('psql')
  .description('Open psql on the database')
  .argument('[arguments...]', 'what to pass on to psql; after -- also options that pics has too')
  .allowUnknownOption()
  .addHelpText('after', () =>
    formatExamples([
      ['psql', 'an interactive session'],
      ['psql -c "select count(*) from apps"', 'one query'],
      ['psql --csv -f report.sql > report.csv', 'any option of psql'],
    ]),
  )
  .action(async (args: string[]) => {
    process.exitCode = await runPsql(getServerUrl('DATABASE_URL'), args);
  });

/**
 * Runs psql in this terminal and resolves with its exit code. The password goes through the environment: every user of the
 * machine can read command lines.
 *
 * @throws UserError when there is no psql.
 */
async function runPsql(databaseUrl: string, args: readonly string[]): Promise<number> {
  const { url, password } = splitPassword(databaseUrl);
  const psql = spawn('psql', [`--dbname=${url}`, ...args], {
    stdio: 'inherit',
    env: { PGAPPNAME: 'psql', ...environment(), ...(password && { PGPASSWORD: password }) },
  });
  // A Ctrl-C is for psql, which cancels the query and stays; the terminal sends it to both.
  const ignore = () => {};
  const forward = (signal: NodeJS.Signals) => psql.kill(signal);
  process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward);
  try {
    const [code, signal] = (await once(psql, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  } catch (error) {
    throw new UserError(
      'psql is not installed. Install it (Debian and Ubuntu: apt install postgresql-client; macOS: brew install libpq).',
      { cause: error },
    );
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
  }
}
