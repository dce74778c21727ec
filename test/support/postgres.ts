import { migrateToLatest } from '@pics/database';
import { startPostgres } from '@pics/local';
import { createTestServer, type TestServer } from './servers.ts';

/**
 * Starts a migrated Postgres for a test or a test file (about 2 s), for tests that kill or stop it. For all others
 * `createTestDatabase` is faster.
 *
 * @param options `temporary` is false for one that other servers could follow: it writes all of its log.
 */
export async function createTestPostgres(options: { temporary?: boolean } = {}): Promise<TestServer> {
  const postgres = await createTestServer('postgres', startPostgres, options);
  await migrateToLatest(postgres.url);
  return postgres;
}
