import { Argument, Command } from 'commander';
import type { Shell } from '../completion/print-completion.ts';
import { formatExamples } from '../command-line/define-command.ts';

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

export const completionCommand = new Command('completion')
  .description('Print the script by which a shell completes what you type')
  .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
  .addHelpText('after', () =>
    formatExamples([
      ['completion bash >> ~/.bashrc', 'bash'],
      ['completion zsh >> ~/.zshrc', 'zsh'],
      ['completion fish > ~/.config/fish/completions/pics.fish', 'fish'],
    ]),
  )
  .action(async (shell: Shell, _options: unknown, command: Command) => {
    const { printCompletion } = await import('../completion/print-completion.ts');
    if (command.parent) printCompletion(command.parent, shell);
  });
