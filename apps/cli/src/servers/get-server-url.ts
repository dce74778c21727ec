import { findRunningInstances } from '@pics/operations';
import { environment, parseSettings, SettingsError } from '@pics/service';
import { printNote } from '../output/print.ts';

type Variable = 'DATABASE_URL' | 'REDIS_URL';

/**
 * Gets the URL of the server that a command works on: the one that the variable names, or else that of the `npm start` that
 * runs on this machine. The second is noted on stderr, so that nobody has to guess which data a command reads or changes.
 *
 * @throws SettingsError when there is neither, or when more than one `npm start` runs.
 */
export function getServerUrl(variable: Variable): string {
  const variables = environment();
  const given = parseSettings(variables, [])[variable];
  if (given) return given;
  const running = findRunningInstances(variables);
  if (running.length === 0) {
    if (variables['SUPABASE_URL']) parseSettings(variables, [variable]); // Explains what to set instead.
    throw new SettingsError(
      `${variable} is not set, and nothing runs here: set it, or start everything with npm start.`,
    );
  }
  const [first, second] = running;
  if (!first || second) {
    const folders = running.map(({ folder }) => folder).join(' and ');
    throw new SettingsError(
      `${variable} is not set, and several run here (${folders}): stop all but one, or set it.`,
    );
  }
  noteOnce(`Using the servers that npm start runs here, in ${first.folder}.`);
  return variable === 'DATABASE_URL' ? first.urls.databaseUrl : first.urls.redisUrl;
}

const noted = new Set<string>();

function noteOnce(note: string): void {
  if (!noted.has(note)) printNote(note);
  noted.add(note);
}
