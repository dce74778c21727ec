import { UserError } from '@pics/core';
import { migrateToLatest } from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { getServerUrl } from '../servers/get-server-url.ts';

/** Migrates the database and tells which migrations it took. */
export async function migrate({ json }: CommonOptions): Promise<void> {
  const migrations = await migrateDatabase(getServerUrl('DATABASE_URL'));
  if (json) printJson({ migrations });
  else
    print([migrations.length === 0 ? 'The tables are up to date.' : `Migrated: ${migrations.join(', ')}.`]);
}

/** @throws UserError with what Postgres, or the migration, says; it holds neither URL nor password. */
async function migrateDatabase(url: string): Promise<string[]> {
  try {
    return await migrateToLatest(url);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The database could not be migrated: ${reason}`, { cause });
  }
}
