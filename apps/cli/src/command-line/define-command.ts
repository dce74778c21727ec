import { Command } from 'commander';

/** A command line without the program's name, and what it does. */
export type Example = readonly [commandLine: string, effect: string];

/** The options that every command has. */
export interface CommonOptions {
  json?: boolean;
}

/** Defines a command with what all of them have: `--json`, and examples at the end of the help. */
export function defineCommand(name: string, description: string, examples: readonly Example[]): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print JSON')
    .addHelpText('after', () => formatExamples(examples));
}

/** The examples at the end of a help text. */
export function formatExamples(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, effect]) => `  pics ${line.padEnd(width)}  ${effect}`);
  return ['', 'Examples:', ...lines].join('\n');
}
