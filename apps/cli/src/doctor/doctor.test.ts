import type { DatabaseFacts } from '@pics/database';
import { describe, expect, test } from 'vitest';
import { adviseOnConnection } from './advise-on-connection.ts';
import { adviseOnRedis } from './advise-on-redis.ts';
import { checkClock } from './check-clock.ts';
import { judgeDatabase } from './check-postgres.ts';

describe('what to do when Postgres cannot be reached:', () => {
  const SUPABASE = 'postgres://postgres:x@db.abcdefgh.supabase.co:5432/postgres';
  const POOLER = 'postgres://postgres:x@aws-0-eu-west-1.pooler.supabase.com:5432/postgres';
  const OWN = 'postgres://anna:x@db.example:5432/steam';
  test.each([
    [SUPABASE, 'getaddrinfo ENOTFOUND db.abcdefgh.supabase.co', 'Use the session pooler'],
    [SUPABASE, 'connect ENETUNREACH 2a05:d018::1:5432', 'Use the session pooler'],
    [POOLER, 'Tenant or user not found', 'postgres.<project>'],
    [OWN, 'getaddrinfo ENOTFOUND db.example', 'look for a slip'],
    [OWN, 'timeout expired', 'look for a firewall'],
    [OWN, 'password authentication failed for user "anna"', '%40'],
    [OWN, 'database "steam" does not exist', 'Create that database'],
    [OWN, 'no pg_hba.conf entry for host "10.0.0.1", user "anna", no encryption', 'Add ?sslmode=require'],
    [OWN, 'The server does not support SSL connections', 'Take sslmode out'],
    [OWN, 'self-signed certificate in certificate chain', 'sslmode=require'],
    [OWN, 'sorry, too many clients already', 'raise max_connections'],
    [OWN, 'something new', 'psql "$DATABASE_URL"'],
  ])('%s: %s', (url, message, advice) => {
    expect(adviseOnConnection(url, message)).toContain(advice);
  });
});

describe('what to do when Redis cannot be reached:', () => {
  test.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'Correct the password'],
    ['NOAUTH HELLO must be called with the client already authenticated', 'Correct the password'],
    ['getaddrinfo ENOTFOUND redis.example', 'look for a slip'],
    ['connect ECONNREFUSED 127.0.0.1:1', 'start Redis'],
    ['Command timed out', 'TLS on one side only'],
    ['something new', 'redis-cli'],
  ])('%s', (message, advice) => {
    expect(adviseOnRedis(message)).toContain(advice);
  });
});

describe('a database', () => {
  const GOOD: DatabaseFacts = {
    version: '17.2',
    majorVersion: 17,
    encrypted: true,
    transactionPooler: false,
    writable: true,
    mayCreateTables: true,
    clockAheadMs: 0,
  };
  const levels = (host: string, facts: Partial<DatabaseFacts>) =>
    judgeDatabase(`postgres://anna@${host}:5432/steam`, { ...GOOD, ...facts })
      .filter(({ level }) => level !== 'fine')
      .map(({ level, text }) => `${level}: ${text}`);

  test('that is as it should be is fine', () => {
    expect(levels('db.example', {})).toEqual([]);
  });

  test.each<[string, Partial<DatabaseFacts>, string]>([
    ['too old', { version: '13.9', majorVersion: 13 }, 'problem: version 13.9'],
    ['old', { version: '14.1', majorVersion: 14 }, 'warning: version 14.1'],
    [
      'behind a transaction pooler',
      { transactionPooler: true },
      'problem: port 6543 is a transaction pooler',
    ],
    ['read-only', { writable: false }, 'problem: it only takes questions'],
    [
      'on the open network in the clear',
      { encrypted: false },
      'warning: the connection to db.example is not',
    ],
  ])('that is %s is not', (_, facts, expected) => {
    expect(levels('db.example', facts)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    'localhost',
    '127.0.0.1',
    '10.1.2.3',
    '172.20.0.4',
    'postgres',
    'postgres.railway.internal',
    '[fd12::1]',
  ])('at %s needs no encryption', (host) => {
    expect(levels(host, { encrypted: false })).toEqual([]);
  });

  test.each(['db.example', '172.32.0.1', '8.8.8.8', 'internal.example'])('at %s does', (host) => {
    expect(levels(host, { encrypted: false })).toHaveLength(1);
  });
});

test('a clock may be some seconds off, and not more', () => {
  expect(checkClock('Redis', -4_900)).toMatchObject({ level: 'fine' });
  expect(checkClock('Redis', 61_000).text).toBe('Redis is 1 min 1 s ahead of this machine');
  expect(checkClock('Postgres', -7_000)).toMatchObject({
    level: 'warning',
    text: 'Postgres is 7 s behind this machine',
  });
});
