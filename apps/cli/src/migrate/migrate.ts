import type { CommonOptions } from '../command-line/define-command.ts';
import { migrateDatabase } from '../local/migrate-database.ts';
import { print, printJson } from '../output/print.ts';
import { getServerUrl } from '../servers/get-server-url.ts';

/** Migrates the database and tells which migrations it took. */
export async function migrate({ json }: CommonOptions): Promise<void> {
  const migrations = await migrateDatabase(getServerUrl('DATABASE_URL'));
  if (json) printJson({ migrations });
  else
    print([migrations.length === 0 ? 'The tables are up to date.' : `Migrated: ${migrations.join(', ')}.`]);
}
