import { sql } from 'kysely';
import type { Database } from './connect-database.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

const UNDEFINED_TABLE = '42P01';

/**
 * Why the database cannot be used right now, in words for people, or undefined when it can.
 *
 * A database without the tables is blocked too: work waits for the migration instead of failing on it.
 */
export async function findDatabaseBlocker(db: Database): Promise<string | undefined> {
  try {
    await sql`select from pics_state, pics_app_ledger, pics_scans, pics_throughput limit 1`.execute(db);
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) {
      return 'the database has not been migrated: run `npm run migrate`';
    }
    if (isDatabaseUnavailable(error)) return `the database cannot be reached: ${describe(error)}`;
    return `the database refuses: ${describe(error)}`;
  }
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => describe(one)).join(', ');
  return error instanceof Error ? error.message : 'unknown reason';
}
