import { sql } from 'kysely';
import { CATALOGUE_TABLES } from '../read/catalogue-tables.ts';
import type { Database } from './connect-database.ts';

/** The tables and views that the pipeline works with, as the search path finds them. */
const relations = sql`
  select pg_class.*, pg_class.oid::regclass::text as name
  from pg_class
  where (relname = any (${[...CATALOGUE_TABLES]}::text[]) or relname like 'pics\\_%')
    and relkind in ('r', 'p', 'v') and not relispartition and pg_table_is_visible(oid)
`;

/** Finds the role that owns all tables that are there, if this user is another one and may act as it. */
export async function findOwner(db: Database): Promise<string | undefined> {
  const { rows } = await sql<{ owner: string; mayAct: boolean }>`
    with relations as (${relations})
    select rolname as owner, pg_has_role(relowner, 'member') as may_act
    from relations join pg_roles on pg_roles.oid = relowner
    where rolname <> current_user
    group by relowner, rolname having count(*) = (select count(*) from relations)
  `.execute(db);
  return rows[0]?.mayAct ? rows[0].owner : undefined;
}

/**
 * What this user lacks to migrate, with the statement that would give it, in one sentence; undefined when nothing is
 * missing. Tables that are there already can only be altered by their owner.
 */
export async function findMissingOwnership(db: Database): Promise<string | undefined> {
  const { rows } = await sql<{ user: string; owner: string | null; names: string[]; schema: string }>`
    with relations as (${relations}), objects (name, owner) as (
      select name, relowner from relations
      union all
      select pg_type.oid::regtype::text, typowner
      from relations join pg_attribute on attrelid = relations.oid join pg_type on pg_type.oid = atttypid
      where (relname, attname) in (('apps', 'type'), ('app_steam_deck', 'category')) and typtype = 'e'
    )
    select quote_ident(current_user) as user, owner::regrole::text as owner, array_agg(name order by name) as names,
      '' as schema
    from objects
    where not pg_has_role(owner, 'usage')
    group by owner
    union all
    select quote_ident(current_user), null, '{}', quote_ident(current_schema())
    where not has_schema_privilege(current_schema(), 'create')
    order by owner nulls last
  `.execute(db);
  const [lack] = rows;
  if (!lack) return undefined;
  const { user, owner, names, schema } = lack;
  if (owner === null) {
    return `the user ${user} may not create tables in the schema ${schema}: GRANT CREATE ON SCHEMA ${schema} TO ${user}`;
  }
  return (
    `${list(names)} ${names.length === 1 ? 'belongs' : 'belong'} to ${owner}, and the user ${user} may not change ` +
    `${names.length === 1 ? 'it' : 'them'}: migrate as ${owner}, or GRANT ${owner} TO ${user}`
  );
}

/**
 * What this user lacks to read and write the tables, with the statement that would give it, in one sentence; undefined when
 * nothing is missing. Row level security would otherwise hide every row from a user that is not their owner, without an
 * error.
 */
export async function findMissingRights(db: Database): Promise<string | undefined> {
  const { rows } = await sql<{ user: string; rights: string; names: string[] }>`
    with relations as (${relations}), needs (oid, name, lacking) as (
      select oid, name, unnest(
        case when relkind = 'v' or relname in ('steam_content_descriptors', 'steam_deck_tests', 'pics_app_search')
          or relname like 'pics\\_migrations%'
        then array['SELECT'] else array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] end)
      from relations
    ), missing (step, rights, name) as (
      select 1, string_agg(lacking, ', '), name from needs where not has_table_privilege(oid, lacking) group by name
      union all
      select 2, 'USAGE', pg_class.oid::regclass::text
      from relations join pg_depend on refobjid = relations.oid and deptype = 'a' join pg_class on pg_class.oid = objid
      where case when pg_class.relkind = 'S' then not has_sequence_privilege(pg_class.oid, 'usage') end
      union all
      select 3, '', name from relations
      where relkind in ('r', 'p') and relname not like 'pics\\_migrations%' and row_security_active(oid)
        and not exists (
          select from pg_policy cross join unnest(polroles) as policy_role
          where polrelid = relations.oid and polpermissive and polcmd = '*'
            and (policy_role = 0 or pg_has_role(policy_role, 'usage'))
        )
    )
    select quote_ident(current_user) as user, rights, array_agg(name order by name) as names
    from missing group by step, rights order by step, rights desc limit 1
  `.execute(db);
  const [lack] = rows;
  if (!lack) return undefined;
  const { user, rights, names } = lack;
  if (rights === '') {
    return (
      `row level security hides the rows of ${list(names)} from the user ${user}: ALTER ROLE ${user} BYPASSRLS, ` +
      `or for each table CREATE POLICY pics ON ${names[0] ?? ''} TO ${user} USING (true) WITH CHECK (true)`
    );
  }
  const kind = rights === 'USAGE' ? 'SEQUENCE ' : '';
  return `the user ${user} lacks ${rights} on ${list(names)}: GRANT ${rights} ON ${kind}${names.join(', ')} TO ${user}`;
}

const SHOWN = 3;

function list(names: readonly string[]): string {
  if (names.length <= SHOWN + 1) return names.join(', ');
  return `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
}
