import { Argument, Command } from 'commander';
import { formatExamples } from '../command-line/define-command.ts';
import { listCommands } from '../completion/list-commands.ts';
import { writeBashScript, writeFishScript, writeZshScript } from '../completion/write-scripts.ts';

const WRITERS = { bash: writeBashScript, zsh: writeZshScript, fish: writeFishScript };

export const completionCommand = new Command('completion')
  .description('Print the script with which a shell completes what you type')
  .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(WRITERS)))
  .addHelpText('after', () =>
    formatExamples([
      ['completion bash >> ~/.bashrc', 'bash'],
      ['completion zsh >> ~/.zshrc', 'zsh'],
      ['completion fish > ~/.config/fish/completions/pics.fish', 'fish'],
    ]),
  )
  .action((shell: keyof typeof WRITERS, _options: unknown, command: Command) => {
    if (command.parent) process.stdout.write(WRITERS[shell](listCommands(command.parent)));
  });
