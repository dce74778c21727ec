import { expect, test } from 'vitest';
import { plainJson, plainLines, plainText } from './plain-text.ts';

const HOSTILE = 'a\u001b]0;title\u0007b\u009b31mc\u202Ed\u2028e\u007F\r';
const OBEYED = /[^\P{Cc}\n\t]|[\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

test('text from outside becomes one line that a terminal does not obey', () => {
  expect(plainText(`${HOSTILE}\nf`)).toBe('a ]0;title b 31mc d e f');
});

test('a text of several lines keeps its lines and indents', () => {
  expect(plainLines(`one\n\t\u001b[31mtwo\r\n\u0007three`)).toBe('one\n\t [31mtwo \n three');
  expect(plainLines(HOSTILE)).not.toMatch(OBEYED);
});

test.each([undefined, 2])(
  'JSON keeps every value, and escapes what a terminal would obey (indent %s)',
  (indent) => {
    const json = plainJson({ name: HOSTILE, names: [HOSTILE] }, indent);
    expect(json).not.toMatch(OBEYED);
    expect(JSON.parse(json)).toEqual({ name: HOSTILE, names: [HOSTILE] });
  },
);
