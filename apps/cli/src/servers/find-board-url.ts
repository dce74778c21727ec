import { findRunningInstances } from '@pics/operations';
import { environment, parseSettings } from '@pics/service';
import { getChosenName } from './find-instance.ts';
import { getServerUrl } from './get-server-url.ts';

/**
 * Finds the URL of the board that shows the database of this command line: BOARD_PUBLIC_URL unless an instance is named, or
 * that of the `npm start` with this database; undefined when nothing here knows it.
 */
export function findBoardUrl(): string | undefined {
  const variables = environment();
  const publicUrl = parseSettings(variables, []).BOARD_PUBLIC_URL;
  if (publicUrl && getChosenName() === undefined) return publicUrl;
  const databaseUrl = getServerUrl('DATABASE_URL');
  return findRunningInstances(variables).find(({ urls }) => urls.databaseUrl === databaseUrl)?.urls.boardUrl;
}
