import { Option } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { wholeNumber } from '../command-line/whole-number.ts';

interface Given extends CommonOptions {
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

export const upCommand = defineCommand('up', 'Run everything on this machine: servers, services and board', [
  ['up', 'from Steam, or from the simulator when Steam cannot be reached'],
  ['up --simulate --once', 'fill the tables with made-up apps, and end'],
  ['up --fetchers 3', 'on your own servers if DATABASE_URL or REDIS_URL is set'],
])
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
  .action(async (given: Given) => {
    const { steam, simulate, once = false, verbose = false, json = false, ...numbers } = given;
    const source = steam ? 'steam' : simulate ? 'simulator' : undefined;
    const { runUp } = await import('../up/run-up.ts');
    process.exitCode = await runUp({ source, once, verbose, json, ...numbers });
  });
