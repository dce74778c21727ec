import { connectDatabase } from './connect-database.ts';
import { requireSessions } from './connection-settings.ts';
import { createMigrator } from './migrator.ts';

/**
 * Brings a database to the newest version of the tables and returns the names of the migrations it took.
 *
 * Twice in a row, and several at once, come out as once: a lock lets one migrate while the others wait and then find
 * nothing to do. All of it is one transaction, so a migration that fails leaves the database as it was. A database that
 * holds tables of these names already keeps every row and every column of its own.
 *
 * @throws Error with the sentences of the migration that refused, or when the URL leads to a transaction pooler, where the
 * lock would not hold.
 */
export async function migrateToLatest(url: string): Promise<string[]> {
  requireSessions(url, 'Migrating');
  // An index over a large table takes as long as it takes.
  const db = connectDatabase(url, {
    maxConnections: 2,
    applicationName: 'pics-migrate',
    statementTimeoutMs: 0,
  });
  try {
    const { error, results = [] } = await createMigrator(db).migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error !== undefined) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      throw new Error(failed ? `migration ${failed.migrationName}: ${reason}` : reason, { cause: error });
    }
    return results.map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}
