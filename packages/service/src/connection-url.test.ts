import { describe, expect, test } from 'vitest';
import { parseSettings, type SettingName } from './settings.ts';

const parse = (name: SettingName, value: string) => parseSettings({ [name]: value }, [])[name];

const ENCODE = /must be written as %40 %3A %2F %3F %23 %25$/;

describe('DATABASE_URL', () => {
  test.for([
    ['"postgres://anna:hunter2@db/steam"', /without quotation marks/],
    ["'postgres://anna:hunter2@db/steam'", /without quotation marks/],
    ['mysql://anna:hunter2@db/steam', /begins with postgres:\/\/ or postgresql:\/\//],
    ['postgres://anna:1#hunter2@db/steam', ENCODE],
    ['postgres://anna:hunter2/x@db/steam', ENCODE],
    ['postgres://anna:1/hunter2@db/steam', ENCODE],
    ['postgres://anna:1?hunter2@db/steam', ENCODE],
    ['postgres://anna:hunter2%@db/steam', ENCODE],
    ['postgres://anna:hunter2%e9@db/steam', ENCODE],
    ['postgres://anna:hunter2@d b/steam', ENCODE],
    ['postgres://anna:hunter2@db:port/steam', ENCODE],
    ['postgres://anna:hunter\n2@db/steam', /line break/],
    ['postgres:///steam', /names no host/],
    ['postgres://anna:hunter2@db1,db2/steam', /several hosts/],
    ['postgres://anna:hunter2@db/steam?sslmode=prefer', /sslmode=prefer.*require or disable/],
    ['postgres://anna:hunter2@db/steam?sslmode=allow', /sslmode=allow.*require or disable/],
    ['postgres://anna:hunter2@db/steam?sslmode=hunter2', /an unknown sslmode/],
    ['postgres://anna:hunter2@db/steam?sslmode=verify-ca', /verify-ca without sslrootcert/],
    ['postgres://anna:hunter2@db/steam?sslmode=disable&sslmode=require', /more than once/],
    [
      'postgres://anna:hunter2@db/steam?sslmode=verify-ca&sslrootcert=/hunter2',
      /sslrootcert that cannot be read/,
    ],
  ] as const)('refuses %j with what is wrong, and shows no part of it', ([value, problem]) => {
    expect(() => parse('DATABASE_URL', value)).toThrow(problem);
    expect(() => parse('DATABASE_URL', value)).not.toThrow(/hunter/);
  });

  test.for(['disable', 'no-verify', 'require', 'verify-full'])('accepts sslmode=%s', (mode) => {
    const url = `postgres://anna:hunter2@db/steam?sslmode=${mode}`;
    expect(parse('DATABASE_URL', url)).toBe(url);
  });

  test('accepts sslmode=verify-ca with the file of the authority', () => {
    const url = `postgres://anna:hunter2@db/steam?sslmode=verify-ca&sslrootcert=${import.meta.filename}`;
    expect(parse('DATABASE_URL', url)).toBe(url);
  });

  test('accepts a socket', () => {
    const url = 'postgres:///steam?host=/var/run/postgresql';
    expect(parse('DATABASE_URL', url)).toBe(url);
  });
});

describe('REDIS_URL', () => {
  test.for([
    ['redis://:1#hunter2@cache:6379', ENCODE],
    ['redis://:1/hunter2@cache:6379', ENCODE],
    ['redis://:hunter2%zz@cache:6379', ENCODE],
    ['redis://cache:6379/queues', /number of the database/],
    ['"redis://:hunter2@cache:6379"', /without quotation marks/],
  ] as const)('refuses %j with what is wrong, and shows no part of it', ([value, problem]) => {
    expect(() => parse('REDIS_URL', value)).toThrow(problem);
    expect(() => parse('REDIS_URL', value)).not.toThrow(/hunter/);
  });
});
