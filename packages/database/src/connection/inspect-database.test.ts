import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { findPendingMigrations } from '../migrations/migrate-to-latest.ts';
import { inspectDatabase } from './inspect-database.ts';
import { migrateToLatest } from '../migrations/migrate-to-latest.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';

test('inspecting a server returns its version, encryption and rights', async () => {
  const { url } = await freshDatabase({ migrated: false });
  const facts = await inspectDatabase(url);
  expect(facts).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+$/),
    encrypted: false,
    transactionPooler: false,
    standby: false,
    writable: true,
  });
  expect(facts.majorVersion).toBe(Number.parseInt(facts.version, 10));
  expect(Math.abs(facts.clockAheadMs)).toBeLessThan(1_000);
});

test('a read-only database is reported as not writable', async () => {
  const { url, db } = await freshDatabase();
  const name = sql.id(new URL(url).pathname.slice(1));
  await sql`alter database ${name} set default_transaction_read_only = on`.execute(db);
  expect(await inspectDatabase(url)).toMatchObject({ writable: false });
});

test('an error while connecting is thrown as it is', async () => {
  await expect(inspectDatabase('postgres://127.0.0.1:1/none')).rejects.toThrow('ECONNREFUSED');
});

test('pending migrations are listed without changing the database', async () => {
  const { url, db } = await freshDatabase({ migrated: false });
  const pending = await findPendingMigrations(db);
  expect(pending.length).toBeGreaterThan(3);
  expect(pending).toEqual(pending.toSorted());
  const tables = await sql`select from information_schema.tables where table_schema = 'public'`.execute(db);
  expect(tables.rows).toHaveLength(0);
  await migrateToLatest(url);
  expect(await findPendingMigrations(db)).toEqual([]);
});
