import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { withDatabase } from '../../test/support/database-url.ts';
import { createTestPostgres } from '../../test/support/postgres.ts';

/** A Postgres that a benchmark uses from its first run to its last. */
export interface BenchPostgres {
  /** A new, migrated, empty database; resolves with its URL. The one before it is dropped. */
  createDatabase: () => Promise<string>;
}

/** Starts it as `npm start` would. */
export async function startPostgres(): Promise<BenchPostgres> {
  const { url } = await createTestPostgres();
  const template = new URL(url).pathname.slice(1);
  let previous: string | undefined;
  const createDatabase = async () => {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    const client = new Client({ connectionString: withDatabase(url, 'template1') });
    await client.connect();
    if (previous !== undefined) await client.query(`DROP DATABASE ${previous} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    // What the last run left to be written must not be written during the next one.
    await client.query('CHECKPOINT');
    await client.end();
    previous = name;
    return withDatabase(url, name);
  };
  return { createDatabase };
}
