import { sql, type RawBuilder } from 'kysely';

/** One column of rows that travel to Postgres as arrays. */
export interface Column<Row> {
  name: string;
  /** `unixSeconds` arrives as a timestamptz. */
  type: 'integer' | 'bigint' | 'smallint' | 'boolean' | 'text' | 'jsonb' | 'unixSeconds';
  /** The value in a row; null or undefined is NULL. */
  valueOf: (row: Row) => unknown;
}

/** One column, its values written as an array in Postgres' own notation. */
export interface ColumnArray {
  name: string;
  type: Column<never>['type'];
  literal: string;
}

/**
 * Rows as a table to select from, named `next`: one array parameter per column, whatever the number of rows. Neither the
 * 65,535 parameters that a statement may have nor the cost of planning thousands of them ever matters.
 */
export function unnestRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): RawBuilder<unknown> {
  return unnestArrays(columns.map((column) => ({ ...column, literal: arrayLiteral(rows, column) })));
}

/** The same from columns that are arrays already. */
export function unnestArrays(columns: readonly ColumnArray[]): RawBuilder<unknown> {
  const arrays = columns.map(
    ({ name, type, literal }) => sql`unnest(${literal}::${sql.raw(`${arrayType(type)}) as ${name}`)}`,
  );
  const times = columns.some(({ type }) => type === 'unixSeconds');
  if (!times) return sql`(select ${sql.join(arrays)}) as next`;
  const selected = columns.map(({ name, type }) =>
    type === 'unixSeconds' ? `to_timestamp(${name}) as ${name}` : name,
  );
  return sql`(select ${sql.raw(selected.join(', '))} from (select ${sql.join(arrays)}) as given) as next`;
}

/** Ids as one array parameter. */
export function integers(ids: readonly number[]): RawBuilder<unknown> {
  return sql`${`{${ids.join(',')}}`}::integer[]`;
}

/** Texts as one array parameter. */
export function texts(values: readonly string[]): RawBuilder<unknown> {
  return sql`${`{${values.map(quote).join(',')}}`}::text[]`;
}

function arrayType(type: Column<never>['type']): string {
  return type === 'unixSeconds' ? 'bigint[]' : `${type}[]`;
}

/**
 * An array in Postgres' own notation. pg would make it from a JavaScript array as well, through regular expressions for
 * every element; of the 40 µs an app cost this process, that was half.
 */
function arrayLiteral<Row>(rows: readonly Row[], { type, valueOf }: Column<Row>): string {
  const toText = TO_TEXT[type];
  let literal = '';
  for (const row of rows) {
    const value = valueOf(row);
    literal += value === null || value === undefined ? ',NULL' : `,${toText(value)}`;
  }
  return `{${literal.slice(1)}}`;
}

const TO_TEXT: Record<Column<never>['type'], (value: unknown) => string> = {
  integer: String,
  bigint: String,
  smallint: String,
  boolean: String,
  unixSeconds: String,
  text: (value) => quote(String(value)),
  // JSON holds no control characters, so what JSON does to quotes and backslashes is all that is to be done, and it is fast.
  jsonb: (value) => JSON.stringify(JSON.stringify(value)),
};

function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, String.raw`\$&`) : text}"`;
}
