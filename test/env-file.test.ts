import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findAmbiguousLines } from '../scripts/env-file.mjs';

/**
 * Each value as Node reads it, and as docker compose documents that it reads it
 * (docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax).
 */
const LINES: [line: string, node: string | undefined, compose: string | undefined][] = [
  ['NAME=value', 'value', 'value'],
  ['export NAME=value', 'value', 'value'],
  ['  NAME = value ', 'value', 'value'],
  ['NAME=', '', ''],
  ['NAME= # comment', '', ''],
  ['NAME=value # comment', 'value', 'value'],
  ['NAME=correct horse', 'correct horse', 'correct horse'],
  [`NAME=it's`, `it's`, `it's`],
  ['NAME=a=b', 'a=b', 'a=b'],
  [`NAME='a#b $c "d" \\n'`, 'a#b $c "d" \\n', 'a#b $c "d" \\n'],
  [`NAME='a#b' # comment`, 'a#b', 'a#b'],
  ['NAME="a#b"', 'a#b', 'a#b'],
  ['NAME="a\\nb" # comment', 'a\nb', 'a\nb'],
  ['NAME=a#b', 'a', 'a#b'],
  ['NAME=#a', '', '#a'],
  ['NAME=a$b', 'a$b', 'a'],
  ['NAME="a$b"', 'a$b', 'a'],
  ['NAME="a\\tb"', 'a\\tb', 'a\tb'],
  ['NAME="a\\\\b"', 'a\\\\b', 'a\\b'],
  ['NAME="a\\"b"', 'a\\', 'a"b'],
  [`NAME='a\\'b'`, 'a\\', `a'b`],
  ['NAME=`a#b`', 'a#b', '`a#b`'],
  ['NAME: value', undefined, 'value'],
];

describe('a line of .env', () => {
  test.each(LINES)(
    '%s is refused exactly when Node and compose read it differently',
    (line, node, compose) => {
      expect(parseEnv(line)['NAME']).toBe(node);
      expect(findAmbiguousLines(line)).toHaveLength(node === compose ? 0 : 1);
    },
  );

  test.each(['NAME="a', `NAME='a`, 'NAME="a"b', 'NAME', 'some text'])('%s is refused', (line) => {
    expect(findAmbiguousLines(`# comment\n\n${line}`)).toEqual([
      { number: 3, name: line.startsWith('NAME=') ? 'NAME' : undefined },
    ]);
  });
});
