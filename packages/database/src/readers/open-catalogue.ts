import { sql } from 'kysely';
import { DatabaseError } from 'pg';
import type { Database } from '../connection/connect-database.ts';
import { inTransaction } from '../connection/in-transaction.ts';
import { CATALOGUE_TABLES } from '../read/catalogue-tables.ts';

/** The role that may read the catalogue and nothing else. Nobody logs in as it: logins are members of it. */
export const READER_ROLE = 'pics_reader';

/** Two processes that grant at the same time would fail each other. The number is any that nobody else uses. */
const LOCK = 7_312_009_541;

/**
 * Lets the role `pics_reader` read the catalogue: SELECT on its tables and views, and a policy on each table with row level
 * security. It adds what is missing and nothing else, so it may run at any time. What other roles may read stays as it is.
 *
 * A role belongs to the whole server and is in no dump, so this is no migration: it runs after each of them.
 *
 * @returns undefined, or a sentence that says which right is missing.
 */
export async function openCatalogue(db: Database): Promise<string | undefined> {
  const user = await findUser(db);
  try {
    if (!(await hasReaderRole(db))) {
      await createReaderRole(db).catch((error: unknown) => {
        if (!isDuplicateRole(error)) throw error;
      });
    }
    await inTransaction(db, async (trx) => {
      await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
      await grantReading(trx);
    });
    return undefined;
  } catch (error) {
    if (!lacksRights(error)) throw error;
    return (await hasReaderRole(db))
      ? `The user ${user} may not let others read every table of the catalogue: run pics migrate as the owner of the tables.`
      : `The user ${user} may not create the role ${READER_ROLE}: have an administrator run CREATE ROLE ${READER_ROLE} NOLOGIN, then run pics migrate.`;
  }
}

export function lacksRights(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '42501';
}

/** The user of this connection, which behind a pooler has another name than in the URL. */
export async function findUser(db: Database): Promise<string> {
  const { rows } = await sql<{ user: string }>`select current_user as user`.execute(db);
  return rows[0]?.user ?? '';
}

export async function hasReaderRole(db: Database): Promise<boolean> {
  const { rows } = await sql`select from pg_roles where rolname = ${READER_ROLE}`.execute(db);
  return rows.length > 0;
}

export async function createReaderRole(db: Database): Promise<void> {
  await sql`create role ${sql.id(READER_ROLE)} nologin`.execute(db);
}

/** Whether another process has created the role for another database of the same server at the same time. */
export function isDuplicateRole(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '42710' || error.code === '23505');
}

/**
 * Finds the tables and views of the catalogue that the role `pics_reader` may not read or sees no row of; all of them when
 * there is no such role.
 */
export async function findClosedRelations(db: Database): Promise<string[]> {
  if (!(await hasReaderRole(db))) return [...CATALOGUE_TABLES];
  const relations = await findReadable(db);
  return relations.flatMap(({ name, inSchema, granted, visible }) =>
    inSchema && granted && visible ? [] : [name],
  );
}

/**
 * Grants the role, which exists, what is missing and nothing else: a policy locks its table for a moment.
 *
 * @throws the error of Postgres (42501) when this user is not the owner of each table.
 */
export async function grantReading(db: Database): Promise<void> {
  const role = sql.id(READER_ROLE);
  const relations = await findReadable(db);
  const outside = new Set(relations.flatMap(({ schema, inSchema }) => (inSchema ? [] : [schema])));
  for (const schema of outside) await sql`grant usage on schema ${sql.id(schema)} to ${role}`.execute(db);
  for (const { schema, name, granted, visible } of relations) {
    const table = sql.id(schema, name);
    if (!granted) await sql`grant select on ${table} to ${role}`.execute(db);
    if (!visible) await sql`create policy ${role} on ${table} for select to ${role} using (true)`.execute(db);
  }
}

/** What there is to read, and whether the role, which exists, has the rights and passes row level security. */
async function findReadable(db: Database) {
  const { rows } = await sql<{
    schema: string;
    name: string;
    inSchema: boolean;
    granted: boolean;
    visible: boolean;
  }>`
    select nspname as schema, relname as name, has_schema_privilege(${READER_ROLE}, relnamespace, 'usage') as in_schema,
      has_table_privilege(${READER_ROLE}, pg_class.oid, 'select') as granted,
      not relrowsecurity or exists (
        select from pg_policy where polrelid = pg_class.oid and polname = ${READER_ROLE}
      ) as visible
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where pg_table_is_visible(pg_class.oid) and relname = any (${[...CATALOGUE_TABLES]}::text[])
    order by pg_class.oid
  `.execute(db);
  return rows;
}
