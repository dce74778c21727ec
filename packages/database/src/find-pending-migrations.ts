import type { Database } from './connect-database.ts';
import { createMigrator } from './migrator.ts';

/** Finds the migrations that this database has not taken yet, in their order; all of them on one without our tables. */
export async function findPendingMigrations(db: Database): Promise<string[]> {
  const migrations = await createMigrator(db).getMigrations();
  return migrations.filter((migration) => !migration.executedAt).map((migration) => migration.name);
}
