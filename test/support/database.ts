import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { waitUntil } from '@pics/local';
import { closeAtEnd } from './cleanup.ts';
import { withDatabase } from './database-url.ts';

export interface TestDatabase {
  url: string;
  /** Removes the database; throws when connections to it are still open. Happens by itself at the end of the test. */
  drop(): Promise<void>;
}

/** The server takes a moment to notice that a connection was closed; one that is open longer than this was leaked. */
const CLOSING_MS = 2_000;

/**
 * Creates a database with all tables, empty except for the names that migrations insert, on the Postgres of this run.
 * It is a copy of one that was migrated once (about 20 ms), so each test file, or each test, can have its own.
 *
 * @param migrated false for a database without any table.
 */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = migrated ? inject('postgresTemplate') : 'template0';
  // Postgres' other way to copy writes every block to its log as well: more than twice the time.
  await administer((client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`),
  );
  const drop = closeAtEnd(`database ${name}`, () => administer((client) => dropDatabase(client, name)));
  return { url: withDatabase(inject('postgresUrl'), name), drop };
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  const countOpen = async () => {
    const { rows } = await client.query(
      'SELECT application_name AS application FROM pg_stat_activity WHERE datname = $1',
      [name],
    );
    return rows.map((row: { application: string }) => row.application || 'unnamed');
  };
  const closed = await waitUntil(async () => (await countOpen()).length === 0, CLOSING_MS);
  const open = closed ? [] : await countOpen();
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  if (open.length > 0) throw new Error(`connections were left open by ${open.join(', ')}`);
}

async function administer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
