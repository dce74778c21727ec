import { expect, test } from 'vitest';
import { describeLogLine } from './service-log.ts';

test('shows a JSON line as its message and the fields that matter', () => {
  const line =
    '{"level":40,"time":1,"service":"writer","replica":"a/1","apps":200,"err":{"message":"gone","stack":"…"},"msg":"waiting"}';
  expect(describeLogLine(line)).toBe('warn: waiting apps=200 err=gone');
});

test.each(['plain words', '{"half":', '{"level":"info"}', '[]'])(
  'leaves any other line unchanged: %s',
  (line) => {
    expect(describeLogLine(line)).toBe(line);
  },
);
