import { findRunningInstances } from '@pics/operations';
import { environment, parseSettings, SettingsError } from '@pics/service';
import { printNote } from '../output/print.ts';

type Variable = 'DATABASE_URL' | 'REDIS_URL';

/**
 * The server that a command is about: the one that the variable names, else that of the `up` that runs on this machine,
 * and then stderr says so, for it must never be a guess which data one looks at or changes.
 *
 * @throws SettingsError when there is neither, or more than one `up` runs.
 */
export function getServerUrl(variable: Variable): string {
  const variables = environment();
  const given = parseSettings(variables, [])[variable];
  if (given) return given;
  const running = findRunningInstances(variables);
  if (running.length === 0) {
    if (variables['SUPABASE_URL']) parseSettings(variables, [variable]); // Knows what to say about that.
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
