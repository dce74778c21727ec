import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import type { CatalogueTable } from './catalogue-tables.ts';

/**
 * How a value arrives: `int64` as a bigint, `timestamp` as a bigint of microseconds since 1970, `json` parsed, and types
 * that are not among these (in columns that somebody added) as text.
 */
export type ColumnType = 'boolean' | 'int32' | 'int64' | 'double' | 'timestamp' | 'json' | 'text';

export interface Column {
  name: string;
  type: ColumnType;
  /** An array of such values. */
  isList: boolean;
}

/** What a cell holds; an object or an array where the column is JSON or a list. */
export type ColumnValue = string | number | bigint | boolean | null | object;

/** A table while it is read. */
export interface TableRows {
  columns: Column[];
  /** Rows as arrays in the order of the columns, in chunks. */
  chunks: AsyncGenerator<ColumnValue[][]>;
}

export type ReadTable = (name: CatalogueTable) => Promise<TableRows>;

/** Large enough that the round trip does not count, small enough for a few megabytes of rows. */
const CHUNK_ROWS = 5_000;

const TYPES: Record<string, ColumnType> = {
  smallint: 'int32',
  integer: 'int32',
  bigint: 'int64',
  real: 'double',
  'double precision': 'double',
  boolean: 'boolean',
  jsonb: 'json',
  json: 'json',
  'timestamp with time zone': 'timestamp',
};

/** Types whose arrays arrive as JavaScript arrays of the same values. */
const LISTS = new Set<ColumnType>(['int32', 'text']);

/**
 * Reads whole tables as they are at one moment, however long it takes: they fit together, and what is written meanwhile is in
 * none of them. Only one chunk is in memory. A table is ordered by its primary key, so two exports can be compared; a view has
 * no order.
 *
 * Tables must be read one after the other. Row security applies: a role sees the rows that its policies allow.
 */
export async function readSnapshot<Result>(
  database: Database,
  work: (readTable: ReadTable) => Promise<Result>,
): Promise<Result> {
  const transaction = database
    .withoutPlugins()
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only');
  return transaction.execute(async (trx) => {
    // A slow reader of a pipe may pause for longer than our own transactions ever do.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
    return work((name) => readTable(trx, name));
  });
}

async function readTable(trx: Database, name: CatalogueTable): Promise<TableRows> {
  const { rows: found } = await sql<{ name: string; type: string; isKey: boolean }>`
    select attname as name, format_type(atttypid, null) as type, coalesce(attnum = any (indkey), false) as "isKey"
    from pg_attribute left join pg_index on indrelid = attrelid and indisprimary
    where attrelid = ${name}::regclass and attnum > 0 and not attisdropped
    order by attnum`.execute(trx);
  const columns = found.map((column): Column => {
    const isArray = column.type.endsWith('[]');
    const type = TYPES[column.type.replace('[]', '')] ?? 'text';
    const isList = isArray && LISTS.has(type);
    return { name: column.name, type: isArray && !isList ? 'text' : type, isList };
  });
  const key = found.filter(({ isKey }) => isKey).map((column) => sql.id(column.name));
  const order = key.length > 0 ? sql`order by ${sql.join(key)}` : sql``;
  return { columns, chunks: readChunks(trx, name, columns, order) };
}

async function* readChunks(
  trx: Database,
  name: CatalogueTable,
  columns: readonly Column[],
  order: ReturnType<typeof sql>,
): AsyncGenerator<ColumnValue[][]> {
  const values = sql.join(
    columns.map((column, index) => sql`${selectColumn(column)} as ${sql.id(`c${index}`)}`),
  );
  await sql`declare snapshot_rows no scroll cursor for select ${values} from ${sql.table(name)} ${order}`.execute(
    trx,
  );
  for (;;) {
    const fetching = sql<Record<string, ColumnValue>>`fetch ${sql.lit(CHUNK_ROWS)} from snapshot_rows`;
    const { rows } = await fetching.execute(trx);
    if (rows.length > 0) {
      yield rows.map((row) => columns.map((column, index) => toValue(column, row[`c${index}`] ?? null)));
    }
    if (rows.length < CHUNK_ROWS) break;
  }
  await sql`close snapshot_rows`.execute(trx);
}

/** 64-bit numbers leave Postgres as text, because a JavaScript number would round them. */
function selectColumn({ name, type, isList }: Column) {
  const column = sql.id(name);
  switch (type) {
    case 'timestamp':
      return sql`case when isfinite(${column}) then (extract(epoch from ${column}) * 1000000)::bigint::text end`;
    case 'int64':
      return sql`${column}::text`;
    case 'text':
      return isList ? sql`${column}::text[]` : sql`${column}::text`;
    case 'boolean':
    case 'int32':
    case 'double':
    case 'json':
      return column;
  }
}

function toValue({ type }: Column, value: ColumnValue): ColumnValue {
  return typeof value === 'string' && (type === 'int64' || type === 'timestamp') ? BigInt(value) : value;
}
