import type { Command } from 'commander';
import { writeBashScript } from './bash-script.ts';
import { writeFishScript } from './fish-script.ts';
import { listCommands } from './list-commands.ts';
import { writeZshScript } from './zsh-script.ts';

const WRITERS = { bash: writeBashScript, zsh: writeZshScript, fish: writeFishScript };

export type Shell = keyof typeof WRITERS;

/** Prints the script that lets a shell complete the command line of a program. */
export function printCompletion(program: Command, shell: Shell): void {
  process.stdout.write(WRITERS[shell](listCommands(program)));
}
