import { Command, InvalidArgumentError, Option } from 'commander';
import { runUp } from '../up/run-up.ts';

interface Given {
  steam?: boolean;
  simulate?: boolean;
  once?: boolean;
  fetchers: number;
  apps: number;
  changesPerMinute: number;
  verbose?: boolean;
}

/** A catalogue that fills in some seconds at Steam's pace, and has some of everything. */
const SIMULATED_APPS = 2_000;

export const upCommand = new Command('up')
  .description('run everything on this machine: servers, services and board')
  .addOption(
    new Option('--steam', 'take the apps from Steam, also when it cannot be reached right now').conflicts(
      'simulate',
    ),
  )
  .option('--simulate', 'take made-up apps from the simulator, with data of their own')
  .option('--once', 'end when everything is settled; exits with 1 if apps failed')
  .option('--fetchers <count>', 'how many fetchers to run', wholeNumber(1, 64), 1)
  .option('--apps <count>', 'how many apps the simulator makes up', wholeNumber(1, 5_000_000), SIMULATED_APPS)
  .option('--changes-per-minute <count>', 'how many of them change', wholeNumber(0, 1_000_000), 60)
  .option('--verbose', 'show what the services log')
  .action(async ({ steam, simulate, once = false, verbose = false, ...numbers }: Given) => {
    const source = steam ? 'steam' : simulate ? 'simulator' : undefined;
    process.exitCode = await runUp({ source, once, verbose, ...numbers });
  });

function wholeNumber(min: number, max: number) {
  return (text: string) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
