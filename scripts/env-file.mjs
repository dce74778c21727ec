import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.mjs';

/** Values that Node and docker compose read alike, each with the comment that may follow. */
const SAME_FOR_BOTH = [
  /^'([^']*[^'\\])?'(\s+#.*)?$/,
  /^"([^"\\$]|\\n)*"(\s+#.*)?$/,
  /^[^\s"'`#$]([^#$]*[^\s#$])?( +#.*)?$/,
];

/**
 * Finds the lines of an `.env` file that Node (`npm start`) and docker compose read differently, or of which one reads
 * nothing. Text in single quotes means the same to both.
 *
 * Without quotes, Node ends a value at any #, compose only at one after a space; compose replaces $NAME, and in double quotes
 * more escapes than \n. Only Node knows backticks, and only compose `NAME: value`.
 *
 * @param {string} text
 * @returns {{ number: number, name: string | undefined }[]} the number of each line, and the setting if it names one
 */
export function findAmbiguousLines(text) {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(#.*)?$/.test(line)) return [];
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line) ?? [];
    const isEmpty = /^\s*(\s#.*)?$/.test(value);
    const isSame = isEmpty || SAME_FOR_BOTH.some((form) => form.test(value.trim()));
    return name !== undefined && isSame ? [] : [{ number: index + 1, name }];
  });
}

/**
 * Returns the path of `.env` in the root folder, if there is one. A line that docker compose would read differently is
 * refused: a # in a password would silently cut it in one of the two.
 *
 * @param {string} root
 */
export function findEnvFile(root) {
  const file = join(root, '.env');
  if (!existsSync(file)) return undefined;
  const [line] = findAmbiguousLines(readFileSync(file, 'utf8'));
  if (line) {
    throw new Problem(
      `.env, line ${line.number}${line.name ? ` (${line.name})` : ''}: npm start and docker compose read it differently. ` +
        "Write NAME='value', with the value in single quotes.",
    );
  }
  return file;
}
