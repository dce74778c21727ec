import { Command } from 'commander';

/** A command line without the program's name, and what it does. */
export type Example = readonly [commandLine: string, effect: string];

/** A command as all of ours are: it can answer in JSON, and its help ends with examples. */
export function defineCommand(name: string, description: string, examples: readonly Example[]): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'answer in JSON')
    .addHelpText('after', () => formatExamples(examples));
}

/** What every command can be told. */
export interface CommonOptions {
  json?: boolean;
}

/** The end of a help: command lines without the name of the program, and what each does. */
export function formatExamples(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, effect]) => `  pics ${line.padEnd(width)}  ${effect}`);
  return ['', 'Examples:', ...lines].join('\n');
}
