import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import { connectDatabase } from './connect-database.ts';
import { requireSessions } from './connection-settings.ts';

const FOLDER = new URL('../../../migrations/', import.meta.url);

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
    const migrator = new Migrator({
      db,
      provider: sqlFiles,
      migrationTableName: 'pics_migrations',
      migrationLockTableName: 'pics_migrations_lock',
    });
    const { error, results = [] } = await migrator.migrateToLatest();
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

/** Each `.sql` file of the folder is a migration; their names, which begin with a time, are the order. */
const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql'));
    const migrations = names.map(async (name): Promise<[string, Migration]> => {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      return [name.slice(0, -'.sql'.length), { up: async (db) => void (await sql.raw(text).execute(db)) }];
    });
    return Object.fromEntries(await Promise.all(migrations));
  },
};
