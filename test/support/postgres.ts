import { migrateToLatest } from '@pics/database';
import { startPostgres } from '@pics/local';
import { createTestServer, type TestServer } from './servers.ts';

/**
 * Starts a migrated Postgres for this test file (about 2 s), for tests that kill or stop it. For all others
 * `createTestDatabase` is faster.
 */
export async function createTestPostgres(): Promise<TestServer> {
  const postgres = await createTestServer('postgres', startPostgres);
  await migrateToLatest(postgres.url);
  return postgres;
}
