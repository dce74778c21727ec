import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { appCommand } from './commands/app.ts';
import { changesCommand } from './commands/changes.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { failuresCommand } from './commands/failures.ts';
import { migrateCommand } from './commands/migrate.ts';
import { pauseCommand } from './commands/pause.ts';
import { rateCommand } from './commands/rate.ts';
import { requeueCommand } from './commands/requeue.ts';
import { resumeCommand } from './commands/resume.ts';
import { statusCommand } from './commands/status.ts';
import { syncCommand } from './commands/sync.ts';
import { watchCommand } from './commands/watch.ts';
import { style } from './output/style.ts';

const MORE = 'More:';

/** Under these headings the commands stand in the help. */
const GROUPS: Record<string, readonly Command[]> = {
  'Run:': [migrateCommand, doctorCommand, configCommand],
  'Fetch:': [syncCommand, requeueCommand],
  'Look:': [statusCommand, watchCommand, failuresCommand, changesCommand, appCommand],
  'Steer:': [rateCommand, pauseCommand, resumeCommand],
  [MORE]: [completionCommand],
};

const EXIT_CODES = `
Exit codes: 0 fine, 1 something failed, 2 the command line or a setting is wrong.
Servers: DATABASE_URL and REDIS_URL, else those that npm start runs on this machine.`;

/** The whole command line. Wrong use of it throws a CommanderError, when what was expected has been said. */
export function createProgram(): Command {
  const program = new Command('pics')
    .description("Keeps Steam's whole product catalogue (PICS) in your own Postgres")
    .version(manifest.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpCommand(
      new Command('help').argument('[command]').description('Show the help of a command').helpGroup(MORE),
    )
    .usage('<command> [options]')
    .exitOverride()
    .configureHelp({
      styleTitle: (title) => style('bold', title),
      styleCommandText: (name) => style('cyan', name),
      styleSubcommandText: (name) => style('cyan', name),
      styleOptionText: (option) => style('cyan', option),
      styleArgumentText: (argument) => style('cyan', argument),
    })
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('What there is: pics --help');
  for (const [heading, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const command of commands) {
      command.copyInheritedSettings(program);
      command.showHelpAfterError(
        `Usage: pics ${command.name()} ${command.usage()}\nMore: pics ${command.name()} --help`,
      );
      program.addCommand(command);
    }
  }
  return program;
}
