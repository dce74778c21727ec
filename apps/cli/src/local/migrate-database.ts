import { migrateToLatest } from '@pics/database';
import { LocalProblem } from './local-problem.ts';

/**
 * Brings the tables of a database to the newest version and returns the names of the migrations it took.
 *
 * @throws LocalProblem with what Postgres, or the migration, says; it holds neither URL nor password.
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  try {
    return await migrateToLatest(url);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LocalProblem(`The database could not be migrated: ${reason}`, { cause });
  }
}
