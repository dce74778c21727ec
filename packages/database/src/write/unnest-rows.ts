import { integers, quote } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';

type Type = 'integer' | 'bigint' | 'smallint' | 'boolean' | 'text' | 'jsonb' | 'unixSeconds';

/** One column of rows that travel to Postgres as arrays. */
export interface Column<Row> {
  name: string;
  /** `unixSeconds` arrives as a timestamptz. */
  type: Type;
  /** The value in a row; null or undefined is NULL. */
  valueOf: (row: Row) => unknown;
}

/** A column that is an array already. */
export interface ArrayColumn<Input> {
  name: string;
  type: Type;
  /** Its values, each of them a number, as a JavaScript array. */
  valuesOf: (input: Input) => readonly number[];
}

/**
 * SQL for rows as a table to select from: one array parameter per column, whatever the number of rows. Neither the 65,535
 * parameters that a statement may have nor the cost of planning thousands of them ever matters.
 */
export function unnestRows<Input, Row>(
  bind: Bind<Input>,
  rowsOf: (input: Input) => readonly Row[],
  columns: readonly Column<Row>[],
): string {
  const arrays = columns.map((column) => {
    const literal = bind((input) => arrayLiteral(rowsOf(input), column));
    return `unnest(${literal}::${arrayType(column)}) as ${column.name}`;
  });
  const selected = columns.map(({ name, type }) =>
    type === 'unixSeconds' ? `to_timestamp(${name}) as ${name}` : name,
  );
  return `(select ${selected.join(', ')} from (select ${arrays.join(', ')}) as given)`;
}

/** The same from columns that are arrays already. */
export function unnestArrays<Input>(bind: Bind<Input>, columns: readonly ArrayColumn<Input>[]): string {
  const arrays = columns.map((column) => {
    const literal = bind((input) => integers(column.valuesOf(input)));
    return `unnest(${literal}::${arrayType(column)}) as ${column.name}`;
  });
  return `(select ${arrays.join(', ')})`;
}

function arrayType({ type }: { type: Type }): string {
  return type === 'unixSeconds' ? 'bigint[]' : `${type}[]`;
}

function arrayLiteral<Row>(rows: readonly Row[], { type, valueOf }: Column<Row>): string {
  const toText = TO_TEXT[type];
  let literal = '';
  for (const row of rows) {
    const value = valueOf(row);
    literal += value === null || value === undefined ? ',NULL' : `,${toText(value)}`;
  }
  return `{${literal.slice(1)}}`;
}

const TO_TEXT: Record<Type, (value: unknown) => string> = {
  integer: String,
  bigint: String,
  smallint: String,
  boolean: String,
  unixSeconds: String,
  text: (value) => quote(String(value)),
  // JSON holds no control characters: quotes and backslashes are all there is to escape, and JSON escapes them alike.
  jsonb: (value) => JSON.stringify(JSON.stringify(value)),
};
