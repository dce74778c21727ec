import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { READER_ROLE } from '../readers/open-catalogue.ts';

/** An object of a database, as its catalogs describe it. */
export interface DatabaseObject {
  kind: string;
  /** With its schema where the search path does not find it. */
  name: string;
  /** The table or view that it belongs to. */
  relation: string | null;
  definition: string;
}

/** What became of an object between two looks at the catalogs. */
export interface ObjectChange {
  action: 'added' | 'changed' | 'removed';
  kind: string;
  name: string;
  relation: string | null;
  before?: string;
  after?: string;
}

/** What a transaction did to the rows of a table. */
export interface RowChange {
  table: string;
  added: number;
  updated: number;
  removed: number;
}

/** Describes every object outside the system's own schemas, and what their owners grant. Takes about 50 ms. */
export async function describeObjects(db: Database): Promise<DatabaseObject[]> {
  const { rows } = await sql<DatabaseObject>`
    with schemas as (
      select oid, nspname, nspacl, nspowner from pg_namespace
      where nspname !~ '^pg_' and nspname <> 'information_schema'
    ), relations as (
      select pg_class.*, pg_class.oid::regclass::text as name
      from pg_class join schemas on schemas.oid = relnamespace
      where relkind in ('r', 'p', 'v', 'm', 'f')
    )
    select 'schema' as kind, nspname::text as name, null as relation, nspowner::regrole::text as definition from schemas
    union all
    select case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, name, name,
      concat_ws(' ', relowner::regrole, reloptions::text,
        case when relkind in ('v', 'm') then pg_get_viewdef(oid) end,
        case when relrowsecurity then 'row level security' end, case when relforcerowsecurity then 'forced' end)
    from relations
    union all
    select 'column', format('%s.%I', name, attname), name,
      concat_ws(' ', format_type(atttypid, atttypmod), case when attnotnull then 'not null' end,
        'default ' || pg_get_expr(adbin, adrelid), 'identity ' || nullif(attidentity::text, ''))
    from relations join pg_attribute on attrelid = relations.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
    union all
    select 'constraint', format('%I on %s', conname, name), name, pg_get_constraintdef(pg_constraint.oid)
    from relations join pg_constraint on conrelid = relations.oid
    where contype <> 'n' -- Since Postgres 18 NOT NULL is one as well; the column says so.
    union all
    select 'index', indexrelid::regclass::text, name, pg_get_indexdef(indexrelid)
    from relations join pg_index on indrelid = relations.oid
    where not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid)
    union all
    select 'trigger', format('%I on %s', tgname, name), name, concat_ws(' ', pg_get_triggerdef(pg_trigger.oid), tgenabled)
    from relations join pg_trigger on tgrelid = relations.oid
    where not tgisinternal
    union all
    select 'policy', format('%I on %s', polname, name), name,
      concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
        pg_get_expr(polwithcheck, polrelid))
    from relations join pg_policy on polrelid = relations.oid
    union all
    select 'privileges', name, name, coalesce(relacl::text, '') from relations
    union all
    select 'privileges', 'schema ' || nspname, null, coalesce(nspacl::text, '') from schemas
    union all
    select 'comment', case when objsubid = 0 then name else format('%s.%I', name, attname) end, name, description
    from relations join pg_description on objoid = relations.oid and classoid = 'pg_class'::regclass
      left join pg_attribute on attrelid = objoid and attnum = objsubid and objsubid > 0
    union all
    select 'sequence', pg_class.oid::regclass::text, refobjid::regclass::text, relowner::regrole::text
    from pg_class join schemas on schemas.oid = relnamespace
      left join pg_depend on objid = pg_class.oid and pg_depend.classid = 'pg_class'::regclass and deptype in ('a', 'i')
        and refclassid = 'pg_class'::regclass
    where relkind = 'S'
    union all
    select 'function', pg_proc.oid::regprocedure::text, null,
      concat_ws(' ', proowner::regrole, pg_get_functiondef(pg_proc.oid), proacl)
    from pg_proc join schemas on schemas.oid = pronamespace
    where prokind in ('f', 'p')
      and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
    union all
    select 'enum', pg_type.oid::regtype::text, null, string_agg(enumlabel, ', ' order by enumsortorder)
    from pg_type join schemas on schemas.oid = typnamespace join pg_enum on enumtypid = pg_type.oid
    group by pg_type.oid
    union all
    select 'cast', format('%s as %s', castsource::regtype, casttarget::regtype), null, castfunc::regproc::text
    from pg_cast where pg_cast.oid >= 16384
    union all
    select 'extension', extname, null, extversion from pg_extension
    union all
    select 'role', rolname, null, '' from pg_roles where rolname = ${READER_ROLE}
    order by kind, name
  `.execute(db);
  return rows;
}

/** Compares two looks at the catalogs: what was added, changed and removed, by kind and name. */
export function compareObjects(before: DatabaseObject[], after: DatabaseObject[]): ObjectChange[] {
  const keyOf = ({ kind, name }: DatabaseObject) => `${kind} ${name}`;
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const changes = after.flatMap((object): ObjectChange[] => {
    const { kind, name, relation, definition } = object;
    const previous = old.get(keyOf(object));
    old.delete(keyOf(object));
    if (!previous) return [{ action: 'added', kind, name, relation, after: definition }];
    if (previous.definition === definition) return [];
    return [{ action: 'changed', kind, name, relation, before: previous.definition, after: definition }];
  });
  const removed = [...old.values()].map(({ kind, name, relation, definition }): ObjectChange => {
    return { action: 'removed', kind, name, relation, before: definition };
  });
  return [...changes, ...removed];
}

/** How many rows this transaction has added, updated and removed, by table. */
export async function countRowChanges(trx: Database): Promise<RowChange[]> {
  const { rows } = await sql<RowChange>`
    select relid::regclass::text as table, n_tup_ins::integer as added, n_tup_upd::integer as updated,
      n_tup_del::integer as removed
    from pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0
    order by 1
  `.execute(trx);
  return rows;
}
