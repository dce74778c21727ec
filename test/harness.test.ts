import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';

test('databases are migrated, and each is its own', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new Client({ connectionString: one.url });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query(
    "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'",
  );
  expect(one.url).not.toBe(two.url);
  expect(rows[0]).not.toEqual({ tables: 0 });
});

test('a connection that was left open fails the drop', async () => {
  const database = await createTestDatabase({ migrated: false });
  const client = new Client({ connectionString: database.url, application_name: 'forgotten' });
  await client.connect();
  client.on('error', () => {});
  await expect(database.drop()).rejects.toThrow('connections were left open by forgotten');
});
