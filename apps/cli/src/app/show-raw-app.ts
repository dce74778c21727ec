import type { CommonOptions } from '../command-line/define-command.ts';
import { UserError } from '@pics/core';
import { printJson, printNote } from '../output/print.ts';
import { plainText } from '../output/plain-text.ts';
import { askSteam } from './ask-steam.ts';

/**
 * Asks Steam for the product info of an app and shows its body as it came: the bytes themselves in a pipe, and on a
 * terminal without what a terminal would obey.
 *
 * @throws UserError when Steam gives none, and why.
 */
export async function showRawApp(appid: number, { json }: CommonOptions): Promise<void> {
  const { apps, unknown, unanswered } = await askSteam(appid);
  const [entry] = apps;
  if (!entry) {
    throw new UserError(
      unknown.length > 0
        ? `Steam knows no app ${appid}, or shows it to nobody.`
        : `Steam gave no usable answer for app ${appid}: ${unanswered[0]?.reason ?? 'none'}.`,
    );
  }
  const { changeNumber, missingToken, body } = entry;
  const text = new TextDecoder().decode(body);
  if (json) return printJson({ appid, changeNumber, missingToken, body: text });
  printNote(
    `Change ${changeNumber}, ${body.length} bytes${missingToken ? '; Steam shows more to who has a token' : ''}.`,
  );
  const lines = () => text.split('\n').map((line) => line.split('\t').map(plainText).join('\t'));
  process.stdout.write(process.stdout.isTTY ? lines().join('\n') : body);
}
