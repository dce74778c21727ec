import { UserError } from '@pics/core';
import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { findPgBouncer, startPgBouncer } from '../../../../test/support/pgbouncer.ts';
import { migrateToLatest } from '../migrations/migrate-to-latest.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { acquireLeadership } from './acquire-leadership.ts';
import { inspectDatabase } from './inspect-database.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

const program = findPgBouncer();

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.skipIf(!program)('behind PgBouncer', () => {
  const start = async (settings: Record<string, string | number>) => {
    const { url, db } = await freshDatabase();
    return { direct: db, url: await startPgBouncer(program ?? '', url, settings) };
  };

  test.each([
    ['with nobody else on it', { pool_mode: 'transaction' }],
    ['that gives its connections in turns', { pool_mode: 'transaction', server_round_robin: 1 }],
    ['with a single connection', { pool_mode: 'transaction', default_pool_size: 1 }],
    ['that pools statements', { pool_mode: 'statement' }],
  ])(
    'a transaction pooler %s is recognised on any port, and refused with what to use instead',
    async (_, settings) => {
      const { url } = await start(settings);
      for (const work of [() => acquireLeadership(url, 'test'), () => migrateToLatest(url)]) {
        const error = await errorOf(work());
        expect(error).toBeInstanceOf(UserError);
        expect(error).toMatchObject({
          message: expect.stringMatching(/transaction pooler.*session pooler or the database itself/),
        });
      }
      expect(await inspectDatabase(url)).toMatchObject({ transactionPooler: true });
    },
  );

  test.each([
    ['with room', { pool_mode: 'session' }],
    ['with a single connection', { pool_mode: 'session', default_pool_size: 1 }],
    ['with room for no second client', { pool_mode: 'session', max_client_conn: 1 }],
  ])('a session pooler %s is good for leading', async (_, settings) => {
    const { url } = await start(settings);
    const leadership = await acquireLeadership(url, 'test');
    await expect(leadership.release()).resolves.toBeUndefined();
  });

  test('settings of the session stay off the connections of a transaction pooler, and are set through a session pooler', async () => {
    const lockTimeout = async (settings: Record<string, string | number>) => {
      const db = openDatabase((await start(settings)).url);
      const { rows } = await sql<{ value: string }>`select current_setting('lock_timeout') as value`.execute(
        db,
      );
      return rows[0]?.value;
    };
    expect(await lockTimeout({ pool_mode: 'transaction' })).toBe('0');
    expect(await lockTimeout({ pool_mode: 'session' })).toBe('3s');
  });

  test('a pooler that is full, or gives up waiting for a connection, is an outage', async () => {
    const full = await start({ pool_mode: 'session', max_client_conn: 1 });
    const first = new Client({ connectionString: full.url });
    await first.connect();
    closeAtEnd('first client', () => first.end());
    const refused = await errorOf(sql`select 1`.execute(openDatabase(full.url)));
    expect(refused).toMatchObject({ message: expect.stringContaining('no more connections allowed') });
    expect(isDatabaseUnavailable(refused)).toBe(true);

    const slow = await start({ pool_mode: 'session', default_pool_size: 1, query_wait_timeout: 1 });
    const holder = new Client({ connectionString: slow.url });
    await holder.connect();
    closeAtEnd('holder', () => holder.end());
    await holder.query('begin');
    const waited = await errorOf(sql`select 1`.execute(openDatabase(slow.url)));
    expect(waited).toMatchObject({ message: expect.stringContaining('query_wait_timeout') });
    expect(isDatabaseUnavailable(waited)).toBe(true);
  });
});
