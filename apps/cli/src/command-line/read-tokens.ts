import { createReadStream } from 'node:fs';
import { isAccessToken, UserError } from '@pics/core';
import type { ImportedToken } from '@pics/database';
import { findAppid } from './arguments.ts';

/** Two million lines: more than Steam has apps and packages. */
const MOST_BYTES = 64 * 2 ** 20;

/** The tokens of a file, or what is wrong with it: one fault for each bad line, without any of its text. */
export interface TokenFile {
  apps: ImportedToken[];
  packages: ImportedToken[];
  faults: string[];
}

/**
 * Reads access tokens from a file, or from stdin when it is named `-`. A line is `app ID TOKEN` or `package ID TOKEN`; a `#`
 * starts a comment.
 *
 * @throws UserError when the file cannot be read or is too large.
 */
export async function readTokens(file: string): Promise<TokenFile> {
  return parseTokens(await readText(file));
}

/** Parses the text of such a file. */
export function parseTokens(text: string): TokenFile {
  const found = new Map<string, { token: string; line: number }>();
  const tokens: TokenFile = { apps: [], packages: [], faults: [] };
  for (const [index, content] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    const words = (content.split('#')[0] ?? '').split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) continue;
    const fault = (what: string) => tokens.faults.push(`line ${line}: ${what}`);
    const [kind = '', idText = '', token = '', ...more] = words;
    const id = findAppid(idText);
    if ((kind !== 'app' && kind !== 'package') || token === '' || more.length > 0) {
      fault('it must be "app ID TOKEN" or "package ID TOKEN"');
    } else if (id === undefined) {
      fault('the id must be a number, such as 440');
    } else if (!isAccessToken(token)) {
      fault('the token must be an unsigned 64-bit number other than 0');
    } else {
      const before = found.get(`${kind} ${id}`);
      if (before === undefined) {
        found.set(`${kind} ${id}`, { token, line });
        (kind === 'app' ? tokens.apps : tokens.packages).push({ id, token });
      } else if (before.token !== token) {
        fault(`${kind} ${id} has another token in line ${before.line}`);
      }
    }
  }
  return tokens;
}

async function readText(file: string): Promise<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new UserError(`${file} is too large for a list of tokens.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw new UserError(`${file} cannot be read: ${error.message}`);
  }
  return Buffer.concat(chunks).toString();
}
