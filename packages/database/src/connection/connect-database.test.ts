import { DatabaseUnavailable } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { connectDatabase } from './connect-database.ts';
import { connectionSettings } from './connection-settings.ts';
import { findDatabaseBlocker } from './find-database-blocker.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';

const NOWHERE = 'postgres://user:hunter2@127.0.0.1:1/nothing';

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('connectDatabase', () => {
  test('reads change numbers as numbers and columns in camelCase, and leaves the keys of JSON alone', async () => {
    const { db } = await freshDatabase();
    const { rows } = await sql`
      select 9007199254740991::bigint as change_number, '{"full_audio": {"is_on": true}}'::jsonb as some_json
    `.execute(db);
    expect(rows).toEqual([
      { changeNumber: Number.MAX_SAFE_INTEGER, someJson: { full_audio: { is_on: true } } },
    ]);
  });

  test('ends statements that take too long, which is no outage', async () => {
    const { url } = await freshDatabase();
    const impatient = connectDatabase(url, {
      maxConnections: 1,
      applicationName: 'test',
      statementTimeoutMs: 50,
    });
    const error = await errorOf(sql`select pg_sleep(30)`.execute(impatient));
    await impatient.destroy();
    expect(error).toMatchObject({ code: '57014' });
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  test('frees the place in the pool of a connection that could not be set up', async () => {
    const { url } = await freshDatabase();
    const broken = connectDatabase(url, {
      maxConnections: 1,
      applicationName: 'test',
      statementTimeoutMs: -2,
    });
    for (const _ of ['first', 'second']) {
      expect(await errorOf(sql`select 1`.execute(broken))).toMatchObject({
        message: expect.stringContaining('statement_timeout'),
      });
    }
    await broken.destroy();
  });

  test('connects again after idle or active connections are cut', async () => {
    const { db, url } = await freshDatabase();
    const others = openDatabase(url);
    const cut = async (state: string) => {
      const { rows } = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state = ${state}
      `.execute(others);
      return rows.length;
    };
    // A statement may still meet the dead connection; it fails with an error that says "wait", and the next one is fine.
    const responds = () =>
      sql`select 1`.execute(db).then(
        () => true,
        (error) => isDatabaseUnavailable(error) && 'unavailable',
      );

    expect(await responds()).toBe(true);
    expect(await cut('idle')).toBe(1);
    await expect.poll(responds, { timeout: 20_000 }).toBe(true);
    const sleeping = errorOf(sql`select pg_sleep(30)`.execute(db));
    await expect.poll(() => cut('active'), { timeout: 20_000 }).toBe(1);
    expect(isDatabaseUnavailable(await sleeping)).toBe(true);
    await expect.poll(responds, { timeout: 20_000 }).toBe(true);
  });
});

describe('isDatabaseUnavailable', () => {
  test('recognises a database that cannot be reached, and does not reveal its password', async () => {
    const db = connectDatabase(NOWHERE, { maxConnections: 1, applicationName: 'test' });
    const error = await errorOf(sql`select 1`.execute(db));
    const blocker = await findDatabaseBlocker(db);
    await db.destroy();
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(isDatabaseUnavailable(new Error('outer', { cause: error }))).toBe(true);
    expect(blocker).toMatch('cannot be reached: connect ECONNREFUSED');
    expect(JSON.stringify([blocker, String(error)])).not.toMatch('hunter2');
  });

  test.for(['08006', '57P01', '57P03', '53300', '53100', '25006', 'ECONNRESET', 'ENOTFOUND'])(
    'waits on %s',
    (code) => {
      expect(isDatabaseUnavailable(Object.assign(new Error('x'), { code }))).toBe(true);
    },
  );

  test('recognises errors of each address of a host, and its own', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(isDatabaseUnavailable(new AggregateError([refused]))).toBe(true);
    expect(isDatabaseUnavailable(new DatabaseUnavailable('x'))).toBe(true);
  });

  test.for(['23505', '22001', '42P01', '28P01', '40P01'])('does not wait on %s', (code) => {
    expect(isDatabaseUnavailable(Object.assign(new Error('x'), { code }))).toBe(false);
  });
});

describe('connectionSettings', () => {
  test.for([
    ['postgres://h/d?sslmode=require', 'uselibpqcompat=true'],
    ['postgres://h/d?sslmode=verify-full&sslrootcert=ca.pem', 'uselibpqcompat=true'],
  ] as const)('takes the sslmode of %s as Postgres documents it', ([url, expected]) => {
    expect(connectionSettings(url, 'test').connectionString).toMatch(expected);
  });

  test.for([
    'postgres://h/d',
    'postgres://h/d?sslmode=no-verify',
    'postgres://h/d?sslmode=prefer&uselibpqcompat=false',
  ])('leaves %s as it is', (url) => {
    expect(connectionSettings(url, 'test').connectionString).toBe(url);
  });
});
