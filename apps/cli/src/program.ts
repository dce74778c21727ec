import { plainLines } from '@pics/core';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { style } from './output/text.ts';
import { chooseInstance } from './servers/find-instance.ts';

const MORE = 'More:';

/**
 * The commands under their headings in the help. Each is loaded only when it is called or listed: loading all of them, with
 * the database, the queues and what they need, takes 0.3 s.
 */
const COMMANDS: Record<string, Record<string, () => Promise<Command>>> = {
  'Run:': {
    migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
    extract: async () => (await import('./commands/extract.ts')).extractCommand,
    doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
    config: async () => (await import('./commands/config.ts')).configCommand,
  },
  'Fetch:': {
    sync: async () => (await import('./commands/sync.ts')).syncCommand,
    verify: async () => (await import('./commands/verify.ts')).verifyCommand,
    requeue: async () => (await import('./commands/requeue.ts')).requeueCommand,
  },
  'Look:': {
    open: async () => (await import('./commands/open.ts')).openCommand,
    status: async () => (await import('./commands/status.ts')).statusCommand,
    watch: async () => (await import('./commands/watch.ts')).watchCommand,
    failures: async () => (await import('./commands/failures.ts')).failuresCommand,
    changes: async () => (await import('./commands/changes.ts')).changesCommand,
    search: async () => (await import('./commands/search.ts')).searchCommand,
    app: async () => (await import('./commands/app.ts')).appCommand,
    document: async () => (await import('./commands/document.ts')).documentCommand,
    history: async () => (await import('./commands/history.ts')).historyCommand,
    builds: async () => (await import('./commands/builds.ts')).buildsCommand,
    psql: async () => (await import('./commands/psql.ts')).psqlCommand,
    logs: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  'Use:': {
    export: async () => (await import('./commands/export.ts')).exportCommand,
  },
  'Control:': {
    rate: async () => (await import('./commands/rate.ts')).rateCommand,
    pause: async () => (await import('./commands/pause.ts')).pauseCommand,
    resume: async () => (await import('./commands/resume.ts')).resumeCommand,
    cursor: async () => (await import('./commands/cursor.ts')).cursorCommand,
    tokens: async () => (await import('./commands/tokens.ts')).tokensCommand,
    reader: async () => (await import('./commands/reader.ts')).readerCommand,
  },
  [MORE]: {
    completion: async () => (await import('./commands/completion.ts')).completionCommand,
  },
};

const EXIT_CODES = `
Exit codes: 0 success, 1 something failed, 2 the command line or a setting is wrong.
Servers: those of the npm start that --instance names; else DATABASE_URL and REDIS_URL, or those that npm start runs on this machine.`;

/**
 * Creates the command line. Wrong use of it throws a CommanderError, after its message has been printed.
 *
 * @param called the command that is called. All are loaded when there is no such command, and for the completion of all.
 */
export async function createProgram(called = ''): Promise<Command> {
  const program = new Command('pics')
    .description("Keeps Steam's whole product catalogue (PICS) in your own Postgres")
    .version(manifest.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .option('--instance <name>', 'which npm start to work on, when several run here', chooseInstance)
    .addHelpCommand(
      new Command('help').argument('[command]').description('Show the help of a command').helpGroup(MORE),
    )
    .usage('<command> [options]')
    .exitOverride()
    // Its errors quote the command line, which may come from elsewhere.
    .configureOutput({ outputError: (message, write) => write(plainLines(message)) })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => style('bold', title),
      styleCommandText: (name) => style('cyan', name),
      styleSubcommandText: (name) => style('cyan', name),
      styleOptionText: (option) => style('cyan', option),
      styleArgumentText: (argument) => style('cyan', argument),
    })
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('All commands: pics --help');
  const isCommand = Object.values(COMMANDS).some((group) => Object.hasOwn(group, called));
  const only = isCommand && called !== 'completion' ? called : undefined;
  for (const [heading, group] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    const wanted = Object.entries(group).filter(([name]) => only === undefined || name === only);
    for (const command of await Promise.all(wanted.map(([, load]) => load()))) {
      command.copyInheritedSettings(program);
      command.showHelpAfterError(
        `Usage: pics ${command.name()} ${command.usage()}\nMore: pics ${command.name()} --help`,
      );
      program.addCommand(command);
    }
  }
  return program;
}
