import { updateFleetSettings } from '@pics/database';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

export const pauseCommand = defineCommand(
  'pause',
  'Send no more requests to Steam; changes are still recorded and wait',
  [['pause', 'what is queued already, a few seconds of work, is still done']],
).action(async ({ json }: CommonOptions) => {
  const settings = await useDatabase((database) => updateFleetSettings(database, { paused: true }));
  if (json) printJson(settings);
  else print(['Paused. Changes are recorded and wait; continue with: pics resume']);
});
