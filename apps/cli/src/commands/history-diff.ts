import { diffTrees, parseKeyValues } from '@pics/appinfo';
import { plainLines } from '@pics/core';
import type { Database } from '@pics/database';
import { diffTexts } from '@pics/operations';
import { InvalidArgumentError } from 'commander';
import { print, printJson } from '../output/print.ts';
import { style, type Style } from '../output/text.ts';
import { openVersion, type OpenVersion } from '../output/versions.ts';

/** Two change numbers; without the second the texts are compared with the current one. */
export interface ChangeRange {
  from: number;
  to: number | undefined;
}

/** Parses `36002074..36009512`, or `36002074..` for now. */
export function parseRange(text: string): ChangeRange {
  const [, from, to] = /^(\d{1,15})(?:\.\.(\d{1,15})?)?$/.exec(text) ?? [];
  if (from !== undefined) return { from: Number(from), to: to === undefined ? undefined : Number(to) };
  throw new InvalidArgumentError(
    'It must be two change numbers, such as 36002074..36009512, or one: 36002074.. compares with now.',
  );
}

/**
 * Prints what differs between two texts of an app: as a unified diff, or as JSON by path.
 *
 * @throws UserError when one of them is not stored.
 */
export async function showDiff(
  database: Database,
  appid: number,
  { from, to }: ChangeRange,
  json: boolean,
): Promise<void> {
  const old = await openVersion(database, appid, from);
  const next = await openVersion(database, appid, to);
  if (json) {
    const changes = diffTrees(parseKeyValues(old.text), parseKeyValues(next.text));
    printJson({ appid, from: old.changeNumber, to: next.changeNumber, changes });
    return;
  }
  const name = ({ changeNumber, text }: OpenVersion) => ({
    name: `app ${appid}, change ${changeNumber}`,
    text,
  });
  const diff = diffTexts(name(old), name(next));
  if (diff !== '') print(colourDiff(diff));
  else print([`The text of app ${appid} was the same then: that of change ${next.changeNumber}.`]);
}

function colourDiff(diff: string): string[] {
  return plainLines(diff)
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => {
      const colour = index < 2 ? 'bold' : COLOURS[line.charAt(0)];
      return colour ? style(colour, line) : line;
    });
}

const COLOURS: Record<string, Style> = { '+': 'green', '-': 'red', '@': 'cyan' };
