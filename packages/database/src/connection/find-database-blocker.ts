import { sql } from 'kysely';
import type { Database } from './connect-database.ts';
import { findMissingRights } from './find-missing-rights.ts';
import { isDatabaseUnavailable } from './is-database-unavailable.ts';

/** A table, or a column that a migration added, does not exist. */
const NOT_MIGRATED: unknown[] = ['42P01', '42703'];

const NO_RIGHT = '42501';

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
    return (await findUnfitness(db)) ?? (await findMissingRights(db));
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_MIGRATED.includes(error.code)) {
      const unfitness = await findUnfitness(db).catch(() => undefined);
      return unfitness ?? 'the database has not been migrated: run `npm run migrate`';
    }
    if (isDatabaseUnavailable(error)) return `the database cannot be reached: ${describe(error)}`;
    if (error instanceof Error && 'code' in error && error.code === NO_RIGHT) {
      const missing = await findMissingRights(db).catch(() => undefined);
      if (missing) return missing;
    }
    return `the database refuses: ${describe(error)}`;
  }
}

/**
 * Why a database that can be reached is not fit for its work: names of every language would not fit its encoding, or nothing
 * can be written.
 */
export async function findUnfitness(db: Database): Promise<string | undefined> {
  const { rows } = await sql<Fitness>`
    select current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
      current_setting('transaction_read_only') = 'on' as read_only,
      coalesce(current_schema() in ('pg_catalog', 'information_schema'), true) as no_schema,
      current_setting('search_path') as search_path, current_user as user,
      array(
        select quote_ident(nspname) from pg_namespace
        where nspname = any (string_to_array(regexp_replace(current_setting('search_path'), '[" ]', '', 'g'), ','))
          and not has_schema_privilege(oid, 'usage')
      ) as closed_schemas
  `.execute(db);
  const [fitness] = rows;
  if (!fitness) throw new Error('Postgres returned no settings');
  const { encoding, readOnly, standby, noSchema, searchPath, user, closedSchemas } = fitness;
  if (encoding !== 'UTF8') {
    return `the database has the encoding ${encoding}, which cannot hold every name: create one with encoding UTF8`;
  }
  if (noSchema && closedSchemas.length > 0) {
    const [schema] = closedSchemas;
    return `the user ${user} may not use the schema ${schema}: GRANT USAGE ON SCHEMA ${schema} TO ${user}`;
  }
  if (noSchema) return describeSearchPath(searchPath);
  if (standby) return 'the database is a standby, which only reads: name the primary server in DATABASE_URL';
  if (!readOnly) return undefined;
  return (
    'the database is read-only: its host made it so (a full disk, for one), or default_transaction_read_only is on for ' +
    'the server, the database or the role'
  );
}

interface Fitness {
  encoding: string;
  readOnly: boolean;
  standby: boolean;
  noSchema: boolean;
  searchPath: string;
  user: string;
  closedSchemas: string[];
}

function describeSearchPath(searchPath: string): string {
  return (
    `the search_path names no schema for tables: it is ${searchPath || 'empty'}, set it for the user of DATABASE_URL, ` +
    'such as alter role … set search_path = public'
  );
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one) => describe(one)).join(', ');
  return error instanceof Error ? error.message : 'unknown reason';
}
