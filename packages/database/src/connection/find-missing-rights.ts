import { sql } from 'kysely';
import { CATALOGUE_TABLES } from '../read/catalogue-tables.ts';
import type { Database } from './connect-database.ts';

/** The tables and views that the pipeline works with, as the search path finds them. */
const relations = sql`
  select pg_class.*, pg_class.oid::regclass::text as name
  from pg_class
  where (relname = any (${[...CATALOGUE_TABLES]}::text[]) or relname like 'pics\\_%')
    and relkind in ('r', 'p', 'v') and pg_table_is_visible(oid)
`;

/**
 * What this user lacks to migrate, with the statements that would give it; undefined when nothing is missing. Tables that
 * are there already can only be altered by their owner.
 */
export async function findMissingOwnership(db: Database): Promise<string | undefined> {
  const { rows } = await sql<{ sentence: string }>`
    with relations as (${relations}), foreign_objects (command, name, owner) as (
      select case relkind when 'v' then 'VIEW' else 'TABLE' end, name, relowner from relations
      union all
      select 'TYPE', pg_type.oid::regtype::text, typowner
      from relations join pg_attribute on attrelid = relations.oid join pg_type on pg_type.oid = atttypid
      where (relname, attname) in (('apps', 'type'), ('app_steam_deck', 'category')) and typtype = 'e'
    )
    select format('%s %s to %s, and the user %s may not change %s: GRANT %I TO %I, or %s',
      string_agg(name, ', ' order by name), case count(*) when 1 then 'belongs' else 'belong' end, owner::regrole,
      current_user, case count(*) when 1 then 'it' else 'them' end, owner::regrole::text, current_user,
      string_agg(format('ALTER %s %s OWNER TO %I', command, name, current_user), '; ' order by name)) as sentence
    from foreign_objects
    where not pg_has_role(owner, 'usage')
    group by owner
    union all
    select format('the user %s may not create tables in the schema %s: GRANT CREATE ON SCHEMA %s TO %I', current_user,
      current_schema(), quote_ident(current_schema()), current_user)
    where not has_schema_privilege(current_schema(), 'create')
  `.execute(db);
  return joinSentences(rows);
}

/**
 * What this user lacks to read and write the tables, with the statements that would give it; undefined when nothing is
 * missing. Row level security would otherwise hide every row from a user that is not their owner, without an error.
 */
export async function findMissingRights(db: Database): Promise<string | undefined> {
  const { rows } = await sql<{ sentence: string }>`
    with relations as (${relations}), needs (oid, name, right_) as (
      select oid, name, unnest(
        case when relkind = 'v' or relname in ('steam_content_descriptors', 'steam_deck_tests', 'pics_app_search')
          or relname like 'pics\\_migrations%'
        then array['SELECT'] else array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] end)
      from relations
    ), missing as (
      select oid, name, string_agg(right_, ', ') as rights from needs
      where not has_table_privilege(oid, right_) group by oid, name
    ), sequences as (
      select pg_class.oid::regclass::text as name
      from relations join pg_depend on refobjid = relations.oid and deptype = 'a' join pg_class on pg_class.oid = objid
      where case when pg_class.relkind = 'S' then not has_sequence_privilege(pg_class.oid, 'usage') end
    ), hidden as (
      select name from relations
      where relkind in ('r', 'p') and relname not like 'pics\\_migrations%' and row_security_active(oid)
        and not exists (
          select from pg_policy cross join unnest(polroles) as policy_role
          where polrelid = relations.oid and polpermissive and polcmd = '*'
            and (policy_role = 0 or pg_has_role(policy_role, 'usage'))
        )
    )
    select format('the user %s lacks %s on %s: GRANT %s ON %s TO %I', current_user, rights, string_agg(name, ', ' order by name),
      rights, string_agg(name, ', ' order by name), current_user) as sentence
    from missing group by rights
    union all
    select format('the user %s may not use %s: GRANT USAGE ON SEQUENCE %s TO %I', current_user,
      string_agg(name, ', '), string_agg(name, ', '), current_user)
    from sequences having count(*) > 0
    union all
    select format('row level security hides %s from the user %s: ALTER ROLE %I BYPASSRLS, or for each table CREATE POLICY pics ON %s TO %I USING (true) WITH CHECK (true)',
      string_agg(name, ', ' order by name), current_user, current_user, min(name), current_user)
    from hidden having count(*) > 0
  `.execute(db);
  return joinSentences(rows);
}

function joinSentences(rows: { sentence: string }[]): string | undefined {
  return rows.length > 0 ? rows.map(({ sentence }) => sentence).join('; ') : undefined;
}
