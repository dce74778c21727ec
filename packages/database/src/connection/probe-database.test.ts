import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { startSilentProxy } from '../../../../test/support/silent-proxy.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { probeDatabase } from './probe-database.ts';

test('a new connection that works is no outage, although the open ones are silent', async () => {
  const { url } = await freshDatabase();
  const proxy = await startSilentProxy(url);
  await sql`select 1`.execute(openDatabase(proxy.url));
  proxy.silence();
  expect(await probeDatabase(proxy.url)).toBeUndefined();
  proxy.restore();
});

test('a database that new connections get no response from is an outage', { timeout: 60_000 }, async () => {
  const { url } = await freshDatabase();
  const proxy = await startSilentProxy(url);
  proxy.silenceNew();
  expect(await probeDatabase(proxy.url)).toMatch(/^the database cannot be reached: /);
  proxy.restore();
  expect(await probeDatabase('postgres://anna@127.0.0.1:1/steam')).toContain('ECONNREFUSED');
});

test('a database that can only be read is an outage', async () => {
  const { url, db } = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  await sql`alter database ${sql.ref(name)} set default_transaction_read_only = on`.execute(db);
  expect(await probeDatabase(url)).toMatch(/^the database is read-only/);
});
