import { expect, test } from 'vitest';
import { escapeJson, flattenJson, plainJson, plainLines, plainText } from './plain-text.ts';

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

test('written JSON says the same once what a terminal would obey is escaped in it', () => {
  const json = JSON.stringify({ msg: HOSTILE });
  expect(json).toMatch(OBEYED);
  expect(escapeJson(`${json}\n`)).not.toMatch(OBEYED);
  expect(JSON.parse(escapeJson(json))).toEqual({ msg: HOSTILE });
});

test('flattened JSON has spaces in place of what a terminal would obey, and everything else as it was', () => {
  const texts = [HOSTILE, 'C:\\u001b is no escape', 'two\nlines\tand "quotes"', 'Łódź 遊戲 🎮 \u00e9\u2014'];
  const flat = texts.map((text) => plainLines(text).replaceAll(/ +/g, ' '));
  const parsed = JSON.parse(flattenJson(JSON.stringify(texts))) as string[];
  expect(parsed.map((text) => text.replaceAll(/ +/g, ' '))).toEqual(flat);
});
