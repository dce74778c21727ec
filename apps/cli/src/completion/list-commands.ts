import type { Command, Option } from 'commander';

/** A command with everything that a shell can offer after it. */
export interface CompletableCommand {
  name: string;
  description: string;
  options: CompletableOption[];
  /** The choices for its argument; empty when it takes none, or any text. */
  words: string[];
}

export interface CompletableOption {
  /** With its dashes: "--json". */
  flag: string;
  description: string;
  /** What follows it. */
  value: 'nothing' | 'file' | 'text';
}

/** Lists the commands of a program with everything that can follow each. */
export function listCommands(program: Command): CompletableCommand[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const shared = program.options.filter(({ long }) => long !== '--version');
  return commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...help.visibleOptions(command), ...shared].flatMap(describeOption),
    words:
      command.name() === 'help'
        ? commands.map((other) => other.name())
        : [...(command.registeredArguments[0]?.argChoices ?? [])],
  }));
}

function describeOption({ long, description, flags, required, optional }: Option): CompletableOption[] {
  if (!long) return [];
  const value = flags.includes('<file>') ? 'file' : required || optional ? 'text' : 'nothing';
  return [{ flag: long, description, value }];
}
