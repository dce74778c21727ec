import type { DatabaseFacts } from '@pics/database';
import { describe, expect, test } from 'vitest';
import { adviseOnPostgres, checkFacts } from './check-postgres.ts';
import { adviseOnRedis } from './check-redis.ts';
import { checkClock } from './check-result.ts';

describe('adviseOnPostgres', () => {
  const SUPABASE = 'postgres://postgres:x@db.abcdefgh.supabase.co:5432/postgres';
  const POOLER = 'postgres://postgres:x@aws-0-eu-west-1.pooler.supabase.com:5432/postgres';
  const OWN = 'postgres://anna:x@db.example:5432/steam';
  test.each([
    [SUPABASE, 'getaddrinfo ENOTFOUND db.abcdefgh.supabase.co', 'Use the session pooler'],
    [SUPABASE, 'connect ENETUNREACH 2a05:d018::1:5432', 'Use the session pooler'],
    [POOLER, 'Tenant or user not found', 'postgres.<project>'],
    [OWN, 'getaddrinfo ENOTFOUND db.example', 'for a typo'],
    [OWN, 'timeout expired', 'look for a firewall'],
    [OWN, 'password authentication failed for user "anna"', '%40'],
    [OWN, 'database "steam" does not exist', 'Create that database'],
    [OWN, 'no pg_hba.conf entry for host "10.0.0.1", user "anna", no encryption', 'Add ?sslmode=require'],
    [OWN, 'The server does not support SSL connections', 'Remove sslmode'],
    [OWN, 'self-signed certificate in certificate chain', 'sslmode=require'],
    [OWN, 'sorry, too many clients already', 'raise max_connections'],
    [OWN, 'something new', 'pics psql'],
  ])('says for %s what to do about: %s', (url, message, advice) => {
    expect(adviseOnPostgres(url, message)).toContain(advice);
  });
});

describe('adviseOnRedis', () => {
  test.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'Correct the password'],
    ['NOAUTH HELLO must be called with the client already authenticated', 'Correct the password'],
    ['getaddrinfo ENOTFOUND redis.example', 'for a typo'],
    ['connect ECONNREFUSED 127.0.0.1:1', 'start Redis'],
    ['Command timed out', 'TLS on one side only'],
    ['something new', 'redis-cli'],
  ])('says what to do about: %s', (message, advice) => {
    expect(adviseOnRedis(message)).toContain(advice);
  });
});

describe('checkFacts', () => {
  const GOOD: DatabaseFacts = {
    version: '17.2',
    majorVersion: 17,
    encrypted: true,
    transactionPooler: false,
    encoding: 'UTF8',
    standby: false,
    writable: true,
    clockAheadMs: 0,
  };
  const levels = (host: string, facts: Partial<DatabaseFacts>) =>
    checkFacts(`postgres://anna@${host}:5432/steam`, { ...GOOD, ...facts })
      .filter(({ level }) => level !== 'fine')
      .map(({ level, text }) => `${level}: ${text}`);

  test('has no objection to a database that is as it should be', () => {
    expect(levels('db.example', {})).toEqual([]);
  });

  test.each<[string, Partial<DatabaseFacts>, string]>([
    ['too old', { version: '13.9', majorVersion: 13 }, 'problem: version 13.9'],
    ['old', { version: '14.1', majorVersion: 14 }, 'warning: version 14.1'],
    [
      'behind a transaction pooler',
      { transactionPooler: true },
      'problem: a transaction pooler, which gives',
    ],
    ['in another encoding', { encoding: 'LATIN1' }, 'problem: its encoding is LATIN1, which cannot hold'],
    ['read-only', { writable: false }, 'problem: it is read-only'],
    ['a standby', { standby: true, writable: false }, 'problem: it is a standby'],
    [
      'reached over a public network without encryption',
      { encrypted: false },
      'warning: the connection to db.example is not',
    ],
  ])('objects to a database that is %s', (_, facts, expected) => {
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
  ])('requires no encryption at %s', (host) => {
    expect(levels(host, { encrypted: false })).toEqual([]);
  });

  test.each(['db.example', '172.32.0.1', '8.8.8.8', 'internal.example'])(
    'requires encryption at %s',
    (host) => {
      expect(levels(host, { encrypted: false })).toHaveLength(1);
    },
  );
});

test('checkClock tolerates a few seconds and no more', () => {
  expect(checkClock('Redis', -4_900)).toMatchObject({ level: 'fine' });
  expect(checkClock('Redis', 61_000).text).toBe('Redis is 1m ahead of this machine');
  expect(checkClock('Postgres', -7_000)).toMatchObject({
    level: 'warning',
    text: 'Postgres is 7s behind this machine',
  });
});
