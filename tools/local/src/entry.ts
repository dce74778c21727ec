import { inspect } from 'node:util';
import { CommanderError, InvalidArgumentError, Option, Command } from 'commander';
import { plainLines, UserError } from '@pics/core';
import { isDatabaseUnavailable } from '@pics/database';
import { SettingsError } from '@pics/service';
import { findCatalog } from './start/find-catalog.ts';
import { run } from './start/run.ts';

interface Given {
  steam?: boolean;
  simulate?: boolean;
  once?: boolean;
  fetchers: number;
  apps: number;
  catalog?: string;
  changesPerMinute?: number;
  verbose?: boolean;
  json?: boolean;
}

/** A catalogue that fills in a few seconds at Steam's pace and has some of everything. */
const SIMULATED_APPS = 2_000;

const FAILED = 1;
const WRONG_USE = 2;

const EXAMPLES = `
Examples:
  npm start                            from Steam, or from the simulator when Steam cannot be reached
  npm start -- --simulate --once       fill the tables with generated apps, and exit
  npm start -- --catalog ../pics       fill them with the recorded bodies of a folder
  npm start -- --fetchers 3            on your own servers if DATABASE_URL or REDIS_URL is set`;

const program = new Command('npm start')
  .description('Runs everything on this machine: Postgres, Redis, all services and the board')
  .usage('-- [options]')
  .addOption(
    new Option('--steam', 'fetch from Steam, even if it cannot be reached right now').conflicts('simulate'),
  )
  .option('--simulate', 'fetch generated apps from the simulator, into a database of their own')
  .option('--once', 'exit when everything is settled; exits with 1 if apps failed')
  .option('--fetchers <count>', 'how many fetchers to run', wholeNumber(1, 64), 1)
  .option(
    '--apps <count>',
    'how many apps the simulator generates',
    wholeNumber(1, 5_000_000),
    SIMULATED_APPS,
  )
  .addOption(
    new Option('--catalog <dir>', 'serve recorded bodies from the simulator, into a database of their own')
      .argParser(findCatalog)
      .conflicts('steam'),
  )
  .option(
    '--changes-per-minute <count>',
    'how many apps change (generated: 60; recorded: none, or released from the oldest on)',
    wholeNumber(0, 1_000_000),
  )
  .option('--verbose', 'show the logs of the services')
  .option('--json', 'print JSON, one object a line')
  .addHelpText('after', EXAMPLES)
  .exitOverride()
  .action(async (given: Given) => {
    const { steam, simulate, once = false, verbose = false, json = false, ...others } = given;
    const source = steam ? 'steam' : simulate || given.catalog ? 'simulator' : undefined;
    const { catalog, changesPerMinute, ...numbers } = others;
    process.exitCode = await run({ source, once, verbose, json, catalog, changesPerMinute, ...numbers });
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}

/** Prints why it failed, and returns the exit code. A problem that the user can fix gets one sentence, a bug its stack. */
function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  if (error instanceof SettingsError) return say(error.message, WRONG_USE);
  if (error instanceof UserError) return say(error.message, FAILED);
  if (error instanceof Error && isDatabaseUnavailable(error)) {
    return say(`The database cannot be used right now: ${error.message}`, FAILED);
  }
  return say(inspect(error), FAILED);
}

function say(message: string, exitCode: number): number {
  process.stderr.write(`${plainLines(message)}\n`);
  return exitCode;
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
