import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { DatabaseUnavailable } from '@pics/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { startSilentProxy } from '../../../../test/support/silent-proxy.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { connectDatabase } from './connect-database.ts';
import { inTransaction } from './in-transaction.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

/** Far less than a service waits, so that the tests need not. */
const STATEMENT_TIMEOUT_MS = 1_000;

async function connectThroughProxy(maxConnections: number) {
  const { url } = await freshDatabase();
  const proxy = await startSilentProxy(url);
  const options = { maxConnections, applicationName: 'test', statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  return { proxy, db: connectDatabase(proxy.url, options) };
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a silent connection is destroyed with all idle ones of its pool, and the next statement gets a new one', async () => {
  const { proxy, db } = await connectThroughProxy(3);
  const sleep = sql`select pg_sleep(0.1)`;
  await Promise.all([sleep.execute(db), sleep.execute(db), sleep.execute(db)]);
  expect(proxy.connections).toBe(3);
  proxy.silence();
  const error = await errorOf(sql`select 1`.execute(db));
  expect(error).toMatchObject({ message: expect.stringContaining('not responded'), code: 'ETIMEDOUT' });
  expect(isDatabaseUnavailable(error)).toBe(true);
  expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  await expect.poll(() => proxy.connections).toBe(1);
  await db.destroy();
});

test('a transaction that falls silent half-way is over at the deadline, and its rows are free for the next one', async () => {
  const { proxy, db } = await connectThroughProxy(1);
  const frozen = inTransaction(db, async (trx) => {
    await sql`update pics_state set updated_at = now()`.execute(trx);
    proxy.silence();
    await sql`select 1`.execute(trx);
  });
  expect(await errorOf(frozen)).toBeInstanceOf(DatabaseUnavailable);
  proxy.restore(); // The server learns of the end here; in a network it does by its keepalive.
  await inTransaction(db, (trx) => sql`update pics_state set updated_at = now()`.execute(trx));
  await db.destroy();
});

test('a statement that the server ends as too slow keeps its connection', async () => {
  const { proxy, db } = await connectThroughProxy(1);
  expect(await errorOf(sql`select pg_sleep(60)`.execute(db))).toMatchObject({ code: '57014' });
  await sql`select 1`.execute(db);
  expect(proxy.connections).toBe(1);
  await db.destroy();
});

test('a pool closes although its connections are silent', async () => {
  const { proxy, db } = await connectThroughProxy(2);
  await sql`select 1`.execute(db);
  proxy.silence();
  const waiting = errorOf(sql`select 1`.execute(db));
  await db.destroy();
  expect(isDatabaseUnavailable(await waiting)).toBe(true);
});

test('a server that accepts connections and says nothing is unavailable', async () => {
  const mute = createServer(() => {});
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  closeAtEnd('mute server', async () => void mute.close());
  const { port } = mute.address() as AddressInfo;
  const options = { maxConnections: 1, applicationName: 'test' };
  const db = connectDatabase(`postgres://u@127.0.0.1:${port}/d`, options);
  const error = await errorOf(sql`select 1`.execute(db));
  expect(isDatabaseUnavailable(error)).toBe(true);
  await db.destroy();
});
