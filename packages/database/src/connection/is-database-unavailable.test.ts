import { DatabaseUnavailable } from '@pics/core';
import { expect, test } from 'vitest';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

const failure = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

test.each([
  failure('connect ECONNREFUSED', 'ECONNREFUSED'),
  failure('the database system is starting up', '57P03'),
  failure('sorry, too many clients already', '53300'),
  failure('cannot execute UPDATE in a read-only transaction', '25006'),
  failure('Connection terminated unexpectedly'),
  failure(
    'MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size',
    'XX000',
  ),
  failure('Max client connections reached', 'XX000'),
  new AggregateError([failure('connect ECONNREFUSED ::1', 'ECONNREFUSED')]),
  new Error('the batch was not written', { cause: failure('read ECONNRESET', 'ECONNRESET') }),
  new DatabaseUnavailable('away'),
])('counts as unavailable: $message', (error) => expect(isDatabaseUnavailable(error)).toBe(true));

test.each([
  failure('duplicate key value violates unique constraint', '23505'),
  failure('relation "apps" does not exist', '42P01'),
  failure('password authentication failed for user "pics"', '28P01'),
  failure('value too long', '22001'),
  'ECONNREFUSED',
  undefined,
])('does not count as unavailable: %s', (error) => expect(isDatabaseUnavailable(error)).toBe(false));
