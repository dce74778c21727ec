import { snakeCase, type KeptColumns } from '@pics/core';
import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import type { ColumnTypes } from '../connection/unnest.ts';

/** What a column requires, in a table that may be older than this project. */
export interface ColumnFacts {
  /** Postgres' name of its type where that is an enum, ready for SQL. */
  enumType: string | null;
  /** The values of that enum. */
  labels: string[] | null;
  isText: boolean;
  isRequired: boolean;
  /** SQL of its default. */
  byDefault: string | null;
  isGenerated: boolean;
  /** An index begins with it. */
  isIndexed: boolean;
  /** The foreign key that makes it refer to `apps`. */
  appsKey: string | null;
}

/** What the writer has to respect in the tables of this database, and what it must not replace there. */
export interface ExistingTables {
  /** The facts of a column, by its names in SQL; undefined when the table has no such column. */
  column: (table: string, column: string) => ColumnFacts | undefined;
  /** Whether what is stored there stays: of a column, or all rows of a table. */
  isKept: (table: string, column?: string) => boolean;
  /** Whether any column of the table, or the table, is kept. */
  keepsRows: (table: string) => boolean;
}

const TABLES = [
  'apps',
  'app_steam_deck',
  'app_dlc',
  'steam_tags',
  'steam_genres',
  'steam_categories',
  'franchises',
  'developers',
  'publishers',
];

type Facts = ReadonlyMap<string, ColumnFacts>;

const known = new WeakMap<Database, Promise<Facts>>();

/**
 * Finds what the tables require. It is read once for each connection pool, and `again` after Postgres has refused something,
 * because the tables may have been changed.
 */
export async function findExistingTables(
  db: Database,
  keep: KeptColumns,
  { again = false }: { again?: boolean } = {},
): Promise<ExistingTables> {
  let reading = again ? undefined : known.get(db);
  if (!reading) {
    reading = readFacts(db);
    known.set(db, reading);
    reading.catch(() => known.delete(db));
  }
  const facts = await reading;
  return {
    column: (table, column) => facts.get(`${table}.${column}`),
    isKept: (table, column) => keep.includes(table) || keep.includes(`${table}.${column}`),
    keepsRows: (table) => keep.some((name) => name === table || name.startsWith(`${table}.`)),
  };
}

async function readFacts(db: Database): Promise<Facts> {
  const { rows } = await sql<ColumnFacts & { name: string }>`
    select format('%s.%s', table_name, attname) as name,
      case when typtype = 'e' then format_type(atttypid, null) end as enum_type,
      case when typtype = 'e' then
        (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = atttypid)
      end as labels,
      atttypid in ('text'::regtype, 'varchar'::regtype) as is_text,
      attnotnull as is_required,
      case when attgenerated = '' then pg_get_expr(adbin, adrelid) end as by_default,
      attgenerated <> '' or attidentity = 'a' as is_generated,
      exists (select from pg_index where indrelid = attrelid and indkey[0] = attnum and indpred is null) as is_indexed,
      (
        select conname::text from pg_constraint
        where contype = 'f' and conrelid = attrelid and confrelid = to_regclass('apps') and conkey = array[attnum]
        order by conname limit 1
      ) as apps_key
    from unnest(${TABLES}::text[]) as table_name
      join pg_attribute on attrelid = to_regclass(table_name) and attnum > 0 and not attisdropped
      join pg_type on pg_type.oid = atttypid
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
  `.execute(db);
  return new Map(rows.map(({ name, ...facts }) => [name, facts]));
}

/**
 * The types to send values of these columns as: those of the project, or the enum that the table has instead, because Postgres
 * does not convert text to an enum by itself.
 */
export function typesIn<Row>(
  tables: ExistingTables,
  table: string,
  types: ColumnTypes<Row>,
): ColumnTypes<Row> {
  const own = Object.entries(types).map(([column, type]) => [
    column,
    tables.column(table, snakeCase(column))?.enumType ?? type,
  ]);
  return Object.fromEntries(own) as ColumnTypes<Row>;
}
