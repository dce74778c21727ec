import { expect, test } from 'vitest';
import { splitPassword } from './split-password.ts';

test.each([
  ['postgres://pics:secret@127.0.0.1:5432/pics', 'postgres://pics@127.0.0.1:5432/pics', 'secret'],
  ['postgres://pics:a%40b%2Fc@host/pics', 'postgres://pics@host/pics', 'a@b/c'],
  ['postgresql://pics@host/pics?password=secret', 'postgresql://pics@host/pics', 'secret'],
  ['postgres:///pics?host=/var/run/postgresql', 'postgres:///pics?host=%2Fvar%2Frun%2Fpostgresql', undefined],
])('takes the password out of %s', (given, url, password) => {
  expect(splitPassword(given)).toEqual({ url, password });
});

test('leaves out the parameters that psql would refuse, and says require for no-verify', () => {
  const given =
    'postgres://u:p@host/db?pgbouncer=true&sslmode=no-verify&uselibpqcompat=true&options=-c%20role%3Dx';
  expect(splitPassword(given).url).toBe('postgres://u@host/db?sslmode=require&options=-c%20role%3Dx');
});
