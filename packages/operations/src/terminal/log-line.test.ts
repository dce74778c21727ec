import { expect, test } from 'vitest';
import { readLogLine } from './log-line.ts';

test('shows a JSON line as its message and the fields that matter', () => {
  const line =
    '{"level":40,"time":1,"service":"writer","replica":"a/1","apps":200,"err":{"message":"gone","stack":"…"},"msg":"waiting"}';
  expect(readLogLine(line)).toEqual({ level: 40, time: 1, text: 'warn: waiting apps=200 err=gone' });
});

test.each(['plain words', '{"half":', '{"level":"info"}', '[]'])(
  'leaves any other line unchanged: %s',
  (line) => {
    expect(readLogLine(line)).toEqual({ level: undefined, time: undefined, text: line });
  },
);

test.each([
  '{"level":40,"msg":"\u001b]0;title\u0007 done","name":"\u001b[2J\u009b31m\u202eemag","err":{"message":"a\nb\rc"}}',
  'Error: \u001b[31mred\u001b[0m \u0007\u009b2J',
])('shows nothing that a terminal would obey: %j', (line) => {
  expect(readLogLine(line).text).not.toMatch(/[\p{Cc}\u202E]/u);
});
