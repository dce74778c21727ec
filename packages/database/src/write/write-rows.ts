import { snakeCase } from '@pics/core';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import { columnsOf, unnest, type ColumnTypes } from '../connection/unnest.ts';
import type { Schema } from '../schema.ts';
import { typesIn, type ExistingTables } from './existing-tables.ts';

/** Tables with one row for each app. */
type Table = 'apps' | 'appSteamDeck';

type Row = { appid: number };

/** The type of the tables for the query builder: their statements differ only in the names of columns. */
type Alike = Transaction<Record<Table, Row & Record<string, unknown>>>;

export interface RowsToWrite<Each extends Row> {
  rows: readonly Each[];
  /** The apps that have a row already. */
  stored: { has: (appid: number) => boolean };
  types: ColumnTypes<Each>;
  /** Flags among the columns of `rows` that the table does not have: those of a flag are replaced only where it is true. */
  flags?: readonly (keyof Each & string)[];
  /** The flag of a column. */
  flagOf?: (column: string) => string | undefined;
  /** Columns of which a value is never replaced by NULL. */
  lasting?: readonly string[];
  /** SQL for what a required column of a new row gets that has neither a value from Steam nor a default. */
  placeholders?: Record<string, RawBuilder<unknown>>;
  /** More values to set where a row changes. */
  onChange?: Record<string, RawBuilder<unknown>>;
}

/**
 * Updates a table to these rows: adds those of new apps, and changes those that differ. Unchanged rows are not written, so that no
 * trigger runs for them.
 *
 * - A kept column keeps a value.
 * - Where a column must not be NULL and Steam sends nothing, a stored value stays, and a new row gets the default of the column,
 *   or a placeholder.
 *
 * Changing is not left to `on conflict`: that checks first whether the row could be inserted, also against required columns that
 * only others fill.
 *
 * @returns the apps whose row was added, and those whose row changed.
 */
export async function writeRows<Each extends Row>(
  trx: Transaction<Schema>,
  table: Table,
  tables: ExistingTables,
  toWrite: RowsToWrite<Each>,
): Promise<{ added: number[]; changed: number[] }> {
  const missing = toWrite.rows.filter(({ appid }) => !toWrite.stored.has(appid));
  const added = new Set(await add(trx, table, tables, { ...toWrite, rows: missing }));
  // Also those that another program has added in between.
  const others = toWrite.rows.filter(({ appid }) => !added.has(appid));
  return { added: [...added], changed: await change(trx, table, tables, { ...toWrite, rows: others }) };
}

async function add<Each extends Row>(
  trx: Transaction<Schema>,
  table: Table,
  tables: ExistingTables,
  { rows, types, flags = [], placeholders = {} }: RowsToWrite<Each>,
): Promise<number[]> {
  if (rows.length === 0) return [];
  const alike = asAlike(trx);
  const columns = columnsOf(types).filter((column) => !flags.includes(column));
  const values = columns.map((column) => {
    const facts = tables.column(snakeCase(table), snakeCase(column));
    const sent = sql.ref(`next.${column}`);
    const fallback = facts?.byDefault ? sql.raw(facts.byDefault) : placeholders[column];
    return (facts?.isRequired && fallback ? orElse(sent, fallback) : sent).as(column);
  });
  const added = await alike
    .insertInto(table)
    .columns(columns)
    .expression(alike.selectFrom(unnest(rows, typesIn(tables, snakeCase(table), types))).select(values))
    .onConflict((conflict) => conflict.column('appid').doNothing())
    .returning('appid')
    .execute();
  return added.map(({ appid }) => appid);
}

async function change<Each extends Row>(
  trx: Transaction<Schema>,
  table: Table,
  tables: ExistingTables,
  { rows, types, flags = [], flagOf = () => undefined, lasting = [], onChange = {} }: RowsToWrite<Each>,
): Promise<number[]> {
  if (rows.length === 0) return [];
  const columns = columnsOf(types).filter((column) => column !== 'appid' && !flags.includes(column));
  const stored = (column: string) => sql.ref(`${table}.${column}`);
  const values = columns.map((column) => {
    const sent = sql.ref(`next.${column}`);
    const isLasting =
      lasting.includes(column) || tables.column(snakeCase(table), snakeCase(column))?.isRequired;
    let value: RawBuilder<unknown> = isLasting ? orElse(sent, stored(column)) : sent;
    if (tables.isKept(snakeCase(table), snakeCase(column))) value = orElse(stored(column), sent);
    const flag = flagOf(column);
    return flag ? sql`case when ${sql.ref(`next.${flag}`)} then ${value} else ${stored(column)} end` : value;
  });
  const changed = await asAlike(trx)
    .updateTable(table)
    .from(unnest(rows, typesIn(tables, snakeCase(table), types)))
    .set({ ...Object.fromEntries(columns.map((column, index) => [column, values[index]])), ...onChange })
    .whereRef(`${table}.appid`, '=', 'next.appid')
    .where(isDifferent(table, columns, values))
    .returning(`${table}.appid`)
    .execute();
  return changed.map(({ appid }) => appid);
}

function asAlike(trx: Transaction<Schema>): Alike {
  return trx.$omitTables<keyof Schema>().$extendTables<Record<Table, Row & Record<string, unknown>>>();
}

/** SQL for the first value, or the second where that is NULL. */
export function orElse<Value>(value: RawBuilder<Value>, other: RawBuilder<Value>): RawBuilder<Value> {
  return sql`coalesce(${value}, ${other})`;
}

/** SQL for whether any of these columns would change, NULL being a value like any other. */
export function isDifferent(
  table: string,
  columns: readonly string[],
  values: readonly RawBuilder<unknown>[],
): RawBuilder<boolean> {
  const stored = columns.map((column) => sql.ref(`${table}.${column}`));
  return sql`(${sql.join(stored)}) is distinct from (${sql.join(values)})`;
}
