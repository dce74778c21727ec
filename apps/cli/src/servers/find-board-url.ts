import { findRunningInstances } from '@pics/operations';
import { environment, parseSettings } from '@pics/service';

/**
 * Finds the URL of the board that shows the database of this command line: BOARD_PUBLIC_URL, or that of the `npm start` that
 * runs on this machine; undefined when the servers are elsewhere and nothing names their board.
 */
export function findBoardUrl(): string | undefined {
  const variables = environment();
  const settings = parseSettings(variables, []);
  if (settings.BOARD_PUBLIC_URL) return settings.BOARD_PUBLIC_URL;
  const running = findRunningInstances(variables).filter(
    ({ urls }) => settings.DATABASE_URL === undefined || settings.DATABASE_URL === urls.databaseUrl,
  );
  return running.length === 1 ? running[0]?.urls.boardUrl : undefined;
}
