import {
  describeSettings,
  environment,
  parseSettings,
  SettingsError,
  type SettingDescription,
} from '@pics/service';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { formatTable, type Column } from '../output/format-table.ts';
import { print, printJson } from '../output/print.ts';

export const configCommand = defineCommand('config', 'Show the effective settings, with secrets hidden', [
  ['config', 'every setting, and whether it was set or is a default'],
  ['config && npm start', 'start only when all settings are valid'],
]).action(({ json }: CommonOptions) => {
  const settings = describeSettings(environment());
  const faults = findFaults();
  if (json) printJson({ settings, faults: faults?.message.split('\n') ?? [] });
  else print(formatTable(settings, COLUMNS));
  if (faults) throw faults;
});

function findFaults(): SettingsError | undefined {
  try {
    parseSettings(environment(), []);
    return undefined;
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
}

const COLUMNS: readonly Column<SettingDescription>[] = [
  { title: 'setting', value: ({ name }) => name },
  {
    title: 'value',
    value: ({ value }) => value ?? '–',
    style: ({ origin }) => (origin === 'environment' ? 'bold' : 'dim'),
    flexible: true,
  },
  { title: 'from', value: ({ origin }) => origin, style: () => 'dim' },
];
