import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';

export const statusCommand = defineCommand('status', 'Show how everything stands right now', [
  ['status', 'Steam, tables, ledger, queues and services'],
  ["status --json | jq '.ledger.failed'", 'how many apps failed'],
]).action(async (options: CommonOptions) => {
  const { showStatus } = await import('../status/show-status.ts');
  process.exitCode = await showStatus(options);
});
