import { closeAtEnd } from '../../../../../test/support/cleanup.ts';
import { createTestDatabase } from '../../../../../test/support/database.ts';
import { connectDatabase, type Database } from '../../connection/connect-database.ts';

/** A database for one test, with all tables unless `migrated` is false, removed when the test is done. */
export async function freshDatabase(options?: { migrated: boolean }): Promise<{ url: string; db: Database }> {
  const { url } = await createTestDatabase(options);
  return { url, db: openDatabase(url) };
}

/** More connections to a test's database, closed when the test is done. */
export function openDatabase(url: string): Database {
  const db = connectDatabase(url, { maxConnections: 4, applicationName: 'test' });
  closeAtEnd('database connections', () => db.destroy());
  return db;
}
