import { updateFleetSettings } from '@pics/database';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

export const resumeCommand = defineCommand('resume', 'Continue after a pause', [
  ['resume', 'what became wanted in the meantime is fetched now'],
]).action(async ({ json }: CommonOptions) => {
  const settings = await useDatabase((database) => updateFleetSettings(database, { paused: false }));
  if (json) printJson(settings);
  else print(['Resumed.']);
});
