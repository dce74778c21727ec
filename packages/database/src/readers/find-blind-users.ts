import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { CATALOGUE_TABLES } from '../read/catalogue-tables.ts';

/** A user whose queries are permitted and return nothing. */
export interface BlindUser {
  name: string;
  /** The tables of the catalogue that it may select from and sees no row of. */
  tables: string[];
}

/**
 * Finds users that may select from tables of the catalogue but see no row: row level security is on, and no policy applies
 * to them. Postgres reports no error for that, just an empty table. Users that cannot log on, such as the roles of a data
 * API, are meant to see nothing.
 */
export async function findBlindUsers(db: Database): Promise<BlindUser[]> {
  const { rows } = await sql<BlindUser>`
    select rolname as name, array_agg(relname::text order by relname) as tables
    from pg_roles cross join pg_class
    where pg_table_is_visible(pg_class.oid) and relname = any (${[...CATALOGUE_TABLES]}::text[]) and relrowsecurity
      and rolcanlogin and not rolsuper and not rolbypassrls and not pg_has_role(pg_roles.oid, relowner, 'usage')
      and has_table_privilege(pg_roles.oid, pg_class.oid, 'select')
      and not exists (
        select from pg_policy cross join unnest(polroles) as policy_role
        where polrelid = pg_class.oid and polpermissive and polcmd in ('r', '*')
          and (policy_role = 0 or pg_has_role(pg_roles.oid, policy_role, 'usage'))
      )
    group by rolname order by rolname
  `.execute(db);
  return rows;
}
