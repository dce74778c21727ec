import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { withDatabase } from '../../test/support/database-url.ts';
import { createTestPostgres } from '../../test/support/postgres.ts';

export interface BenchDatabase {
  url: string;
  drop: () => Promise<void>;
}

/** A Postgres that a benchmark uses from its first run to its last. */
export interface BenchPostgres {
  /** A new, migrated, empty database. */
  createDatabase: () => Promise<BenchDatabase>;
}

/** Starts it as `npm start` would. */
export async function startPostgres(): Promise<BenchPostgres> {
  const { url } = await createTestPostgres();
  const template = new URL(url).pathname.slice(1);
  const administer = async (statement: string) => {
    const client = new Client({ connectionString: withDatabase(url, 'template1') });
    await client.connect();
    await client.query(statement);
    // What this left to be written must not be written while something is measured.
    await client.query('CHECKPOINT');
    await client.end();
  };
  return {
    createDatabase: async () => {
      const name = `bench_${randomBytes(6).toString('hex')}`;
      await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return {
        url: withDatabase(url, name),
        drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`),
      };
    },
  };
}
