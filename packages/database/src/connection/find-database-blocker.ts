import { sql } from 'kysely';
import type { Database } from './connect-database.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

/** A table, or a column that a migration added, does not exist. */
const NOT_MIGRATED: unknown[] = ['42P01', '42703'];

/**
 * Why the database cannot be used right now, in words for people, or undefined when it can.
 *
 * A database without the tables is blocked too: work waits for the migration instead of failing on it.
 */
export async function findDatabaseBlocker(db: Database): Promise<string | undefined> {
  try {
    await sql`select polled_at from pics_state, pics_app_ledger, pics_scans, pics_throughput limit 1`.execute(
      db,
    );
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_MIGRATED.includes(error.code)) {
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
