import { describe, expect, test } from 'vitest';
import { describeEnvironment } from './config.ts';

describe('describeEnvironment', () => {
  test('uses the name that the platform gives', () => {
    const variables = { RAILWAY_ENVIRONMENT_NAME: 'production' };
    expect(describeEnvironment('postgres://u:p@db/x', variables)).toEqual({
      label: 'production',
      level: 'warn',
    });
  });

  test.for(['postgres://u:p@localhost:5432/x', 'postgres://u:p@127.0.0.1/x', 'postgres://u:p@[::1]:5432/x'])(
    'calls %s this machine',
    (url) => expect(describeEnvironment(url, {}).label).toBe('this machine'),
  );

  test('falls back to the host of the database, and shows no other part of its URL', () => {
    const { label } = describeEnvironment('postgres://user:hunter2@db.example.com:5432/catalogue', {});
    expect(label).toBe('db.example.com');
  });
});
