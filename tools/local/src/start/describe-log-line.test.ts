import { expect, test } from 'vitest';
import { describeLogLine } from './describe-log-line.ts';

test('a JSON line becomes its message with the fields that matter', () => {
  const line =
    '{"level":40,"time":1,"service":"writer","replica":"a/1","apps":200,"err":{"message":"gone","stack":"…"},"msg":"waiting"}';
  expect(describeLogLine(line)).toBe('warn: waiting apps=200 err=gone');
});

test.each(['plain words', '{"half":', '{"level":"info"}', '[]'])(
  'any other line stays as it is: %s',
  (line) => {
    expect(describeLogLine(line)).toBe(line);
  },
);
