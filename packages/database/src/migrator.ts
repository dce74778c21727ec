import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import type { Database } from './connect-database.ts';

const FOLDER = new URL('../../../migrations/', import.meta.url);

/** Knows the migrations of `migrations/` and which of them this database has taken. */
export function createMigrator(db: Database): Migrator {
  return new Migrator({
    db,
    provider: sqlFiles,
    migrationTableName: 'pics_migrations',
    migrationLockTableName: 'pics_migrations_lock',
  });
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
