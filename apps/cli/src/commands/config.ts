import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';

export const configCommand = defineCommand('config', 'Show the effective settings, secrets hidden', [
  ['config', 'every setting, and whether it was set or is so by default'],
  ['config && node apps/writer/src/main.ts', 'start something only when all settings are right'],
]).action(async (options: CommonOptions) => {
  const { showConfig } = await import('../config/show-config.ts');
  showConfig(options);
});
