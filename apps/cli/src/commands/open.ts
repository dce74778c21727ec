import open from 'open';
import { UserError } from '@pics/core';
import { environment, parseSettings } from '@pics/service';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { findInstance, getChosenName } from '../servers/find-instance.ts';

export const openCommand = defineCommand('open', 'Open the board in the browser, and print its address', [
  ['open', 'the board of the npm start that runs here'],
  ['open --instance simulated-2000', 'that of a certain one'],
]).action(async ({ json }: CommonOptions) => {
  const url = getBoardUrl();
  const isOpened = hasBrowser() && (await openBrowser(url));
  if (json) return printJson({ url, isOpened });
  print([url]);
  if (!isOpened) printNote('There is no browser here that could be opened: visit that address.');
});

/**
 * Gets the address of the board: the public one if it is set and no instance is named, or that of the running `npm start`.
 *
 * @throws UserError when neither is known.
 */
function getBoardUrl(): string {
  const publicUrl = parseSettings(environment(), []).BOARD_PUBLIC_URL;
  if (publicUrl && getChosenName() === undefined) return publicUrl;
  const instance = findInstance('BOARD_PUBLIC_URL');
  if (instance) return instance.urls.boardUrl;
  throw new UserError(
    'The address of the board is not known: nothing runs here. Start everything with npm start, or set BOARD_PUBLIC_URL.',
  );
}

/** Whether a browser would appear in front of the user: there is a screen, and it is not that of another machine. */
function hasBrowser(): boolean {
  const { DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME, SSH_CONNECTION } = environment();
  if (process.platform === 'darwin') return SSH_CONNECTION === undefined;
  return [DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME].some((value) => value !== undefined);
}

async function openBrowser(url: string): Promise<boolean> {
  try {
    await open(url);
    return true;
  } catch {
    return false;
  }
}
