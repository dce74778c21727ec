import { environment, parseSettings, SettingsError } from '@pics/service';
import { printNote } from '../output/print.ts';
import { findInstance, getChosenName } from './find-instance.ts';

type Variable = 'DATABASE_URL' | 'REDIS_URL';

/**
 * Gets the URL of the server that a command works on: that of the `npm start` that `--instance` names, or the one that the
 * variable names, or else that of the `npm start` that runs on this machine. The last is noted on stderr, so that nobody has
 * to guess which data a command reads or changes.
 *
 * @throws SettingsError when there is none, or when more than one `npm start` runs.
 * @throws UserError when the named one does not run.
 */
export function getServerUrl(variable: Variable): string {
  const url = findServerUrl(variable);
  if (url !== undefined) return url;
  const variables = environment();
  if (variables['SUPABASE_URL']) parseSettings(variables, [variable]); // Explains what to set instead.
  throw new SettingsError(
    `${variable} is not set, and nothing runs here: set it, or start everything with npm start.`,
  );
}

/** The same; undefined when there is none. */
export function findServerUrl(variable: Variable): string | undefined {
  const given = parseSettings(environment(), [])[variable];
  if (given && getChosenName() === undefined) return given;
  const instance = findInstance(variable);
  if (!instance) return undefined;
  if (getChosenName() === undefined) {
    noteOnce(`Using the servers that npm start runs here, in ${instance.folder}.`);
  }
  return variable === 'DATABASE_URL' ? instance.urls.databaseUrl : instance.urls.redisUrl;
}

const noted = new Set<string>();

function noteOnce(note: string): void {
  if (!noted.has(note)) printNote(note);
  noted.add(note);
}
