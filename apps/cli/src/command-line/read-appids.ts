import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UserError } from '@pics/core';
import { findAppid } from './arguments.ts';

/** Ten times as many as Steam has assigned so far. A file with more is not a list of apps. */
const MOST_APPIDS = 50_000_000;

/**
 * Reads appids from a file, or from stdin when it is named `-`: any number on a line, separated by commas or spaces. A `#`
 * starts a comment, and a first line without any digit is a heading, as tables have one.
 *
 * @throws UserError when the file cannot be read, or when a line holds something else; it names the line.
 */
export async function readAppids(file: string): Promise<number[]> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const appids: number[] = [];
  let lineNumber = 0;
  try {
    for await (const line of createInterface({ input })) {
      lineNumber += 1;
      if (lineNumber === 1 && !/\d/.test(line)) continue;
      const words = (line.split('#')[0] ?? '').split(/[\s,;"]+/).filter((word) => word !== '');
      for (const word of words) {
        const appid = findAppid(word);
        if (appid === undefined) {
          throw new UserError(`${file}, line ${lineNumber}: "${word.slice(0, 40)}" is not an appid.`);
        }
        appids.push(appid);
      }
      if (appids.length > MOST_APPIDS) {
        throw new UserError(`${file} holds too many numbers for a list of apps.`);
      }
    }
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw new UserError(`${file} cannot be read: ${error.message}`);
  }
  if (appids.length === 0) throw new UserError(`${file} names no app.`);
  return appids;
}
