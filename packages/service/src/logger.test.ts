import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createLogger, describeLoggedError } from './logger.ts';

test('no field that holds a secret is logged', () => {
  const lines: string[] = [];
  const log = createLogger({ service: 'test', level: 'info', replica: 'r' });
  log[pino.symbols.streamSym as never] = { write: (line: string) => lines.push(line) } as never;
  log.info({ tokens: { 440: 'hunter2' }, job: { tokens: 'hunter2', accessToken: 'hunter2' } }, 'said');
  expect(lines.join('')).toContain('said');
  expect(lines.join('')).not.toContain('hunter2');
});

describe('a logged error', () => {
  test('has its class, message, code and cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(describeLoggedError(new RangeError('no way', { cause }))).toMatchObject({
      type: 'RangeError',
      message: 'no way',
      cause: { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
  });

  test('contains no property that a library attached to it', () => {
    const error = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
    expect(JSON.stringify(describeLoggedError(error))).not.toContain('hunter2');
  });

  test('contains no password of a URL in its message', () => {
    const described = describeLoggedError(new Error('cannot use redis://:hunter2@cache:6379/1 here'));
    expect(described.message).toBe('cannot use redis://***@cache:6379/1 here');
    expect(JSON.stringify(described)).not.toContain('hunter2');
    expect(describeLoggedError('postgres://me:hunter2@db/x').message).toBe('postgres://***@db/x');
  });

  test('stays small when causes form a circle and when there are thousands of errors', () => {
    const error = new Error('round');
    error.cause = error;
    const many = new AggregateError(Array.from({ length: 1_000 }, () => error));
    expect(JSON.stringify(describeLoggedError(many)).length).toBeLessThan(100_000);
  });
});
