import { migrateToLatest } from '@pics/database';
import { startPostgres } from '@pics/local';
import { createTestServer, type TestServer } from './servers.ts';

/**
 * A migrated Postgres of this test file's own (about 2 s), for tests that kill or stop it. Every other test is better off
 * with `createTestDatabase`.
 */
export async function createTestPostgres(): Promise<TestServer> {
  const postgres = await createTestServer('postgres', startPostgres);
  await migrateToLatest(postgres.url);
  return postgres;
}
