import { sql, type AliasedRawBuilder } from 'kysely';

/** The Postgres types that values of a JavaScript type may travel as. */
export type SqlType<Value> = Value extends number
  ? 'smallint' | 'integer' | 'bigint'
  : Value extends string
    ? 'text'
    : Value extends boolean
      ? 'boolean'
      : Value extends Date
        ? 'timestamptz'
        : Value extends Uint8Array
          ? 'bytea'
          : 'jsonb';

/** The Postgres type of each column of `Row`. */
export type ColumnTypes<Row> = { readonly [Column in keyof Row]: SqlType<NonNullable<Row[Column]>> };

/**
 * Rows as a table to select from, called `next`: `unnest($1::integer[], $2::text[]) as next (appid, name)`. Only the columns
 * in `types` travel.
 *
 * One array parameter a column, however many rows: `.values()` would take a parameter for each value, of which a statement
 * may have 65,535, and each batch size would be another statement. The builder knows neither typed array parameters nor
 * functions with a list of columns, hence `sql`.
 */
export function unnest<Row extends object, Types extends Partial<ColumnTypes<Row>>>(
  rows: readonly Row[],
  types: Types,
): AliasedRawBuilder<Pick<Row, keyof Row & keyof Types>, 'next'> {
  const columns = columnsOf(types);
  const arrays = columns.map((column) => {
    const type = String(types[column]);
    const values = rows.map((row) => toParameter(Reflect.get(row, column), type));
    return sql`${sql.val(values)}::${sql.raw(type)}[]`;
  });
  const names = sql.join(columns.map((column) => sql.ref(column)));
  return sql<Row>`unnest(${sql.join(arrays)})`.as<'next'>(sql`next (${names})`);
}

/** The names of these columns, in the order in which `unnest` gives them. */
export function columnsOf<Types extends object>(types: Types): (keyof Types & string)[] {
  return Object.keys(types) as (keyof Types & string)[];
}

/** SQL for whether a returned row was inserted; an updated one carries the lock that `on conflict` took before. */
export const wasInserted = sql<boolean>`xmax = 0`;

/** pg would write a JavaScript array as an array of Postgres where JSON is meant. */
function toParameter(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  return type === 'jsonb' ? JSON.stringify(value) : value;
}
