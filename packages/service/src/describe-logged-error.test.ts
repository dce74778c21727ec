import { describe, expect, test } from 'vitest';
import { describeLoggedError } from './describe-logged-error.ts';

describe('an error in a log', () => {
  test('shows its class, message, code and cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(describeLoggedError(new RangeError('no way', { cause }))).toMatchObject({
      type: 'RangeError',
      message: 'no way',
      cause: { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
  });

  test('shows nothing that a library hung onto it', () => {
    const error = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
    expect(JSON.stringify(describeLoggedError(error))).not.toContain('hunter2');
  });

  test('shows no password of a URL that its message quotes', () => {
    const described = describeLoggedError(new Error('cannot use redis://:hunter2@cache:6379/1 here'));
    expect(described.message).toBe('cannot use redis://***@cache:6379/1 here');
    expect(JSON.stringify(described)).not.toContain('hunter2');
    expect(describeLoggedError('postgres://me:hunter2@db/x').message).toBe('postgres://***@db/x');
  });

  test('follows neither causes that turn in a circle nor thousands of errors', () => {
    const error = new Error('round');
    error.cause = error;
    const many = new AggregateError(Array.from({ length: 1_000 }, () => error));
    expect(JSON.stringify(describeLoggedError(many)).length).toBeLessThan(100_000);
  });
});
