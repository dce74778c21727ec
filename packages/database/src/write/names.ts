import type { AppRecord } from '@pics/core';
import type { Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { rowCounts, type RowCounts } from './row-changes.ts';
import { unnest } from '../connection/unnest.ts';

/** The tables that join tables point at, and the column by which Steam refers to a row of each. */
const COLUMNS = {
  steamTags: 'tagId',
  steamGenres: 'genreId',
  steamCategories: 'categoryId',
  franchises: 'name',
  developers: 'name',
  publishers: 'name',
} as const;

type Table = keyof typeof COLUMNS;
type NameTable = 'franchises' | 'developers' | 'publishers';

/** Ids by name, by table. */
export type NameIds = Record<NameTable, ReadonlyMap<string, number>>;

/**
 * Adds the ids of tags, genres and categories in these records that no table has yet. They get a name once one is known.
 *
 * A writer that adds the same row waits until this transaction ends, and then finds it. All writers go through tables and
 * rows in one order, so no two of them wait for each other.
 */
export async function addIds(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<Record<'steamTags' | 'steamGenres' | 'steamCategories', RowCounts>> {
  const tagIds = distinct(records, ({ common }) => common?.tagIds);
  const genreIds = distinct(records, ({ common }) => common?.genreIds);
  const categoryIds = distinct(records, ({ common }) => common?.categoryIds);
  return {
    steamTags: await addMissing(trx, 'steamTags', tagIds),
    steamGenres: await addMissing(trx, 'steamGenres', genreIds),
    steamCategories: await addMissing(trx, 'steamCategories', categoryIds),
  };
}

/**
 * Adds the names of franchises, developers and publishers in these records that no table has yet, as `addIds` adds ids.
 *
 * @returns the ids of all names in the records, and how many rows were added to each table.
 */
export async function addNames(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<{ ids: NameIds; rows: Record<NameTable, RowCounts> }> {
  const franchises = distinctNames(records, ({ common }) => common?.franchises);
  const developers = distinctNames(records, (record) => record.developers);
  const publishers = distinctNames(records, (record) => record.publishers);
  const rows = {
    franchises: await addMissing(trx, 'franchises', franchises),
    developers: await addMissing(trx, 'developers', developers),
    publishers: await addMissing(trx, 'publishers', publishers),
  };
  const ids = {
    franchises: await findIds(trx, 'franchises', franchises),
    developers: await findIds(trx, 'developers', developers),
    publishers: await findIds(trx, 'publishers', publishers),
  };
  return { ids, rows };
}

/** Rows that are there are left out first: each that only meets a conflict would use up an id. */
async function addMissing(
  trx: Transaction<Schema>,
  table: Table,
  values: readonly (number | string)[],
): Promise<RowCounts> {
  if (values.length === 0) return rowCounts({});
  const column = COLUMNS[table];
  const type = column === 'name' ? 'text' : 'integer';
  // The statement is the same but for the name and the type of a column, so the builder takes the tables for alike.
  const alike = trx
    .$omitTables<keyof Schema>()
    .$extendTables<Record<Table, Record<string, number | string>>>();
  const given = values.map((value) => ({ [column]: value }));
  const stored = alike
    .selectFrom(table)
    .select(column)
    .where(column, '=', (eb) => eb.fn.any(eb.val(values)));
  const added = await alike
    .insertInto(table)
    .columns([column])
    .expression(
      alike
        .selectFrom(unnest(given, { [column]: type }))
        .select(column)
        .except(stored)
        .orderBy(column),
    )
    .onConflict((conflict) => conflict.column(column).doNothing())
    .executeTakeFirst();
  return rowCounts({ added: Number(added.numInsertedOrUpdatedRows) });
}

async function findIds(
  trx: Transaction<Schema>,
  table: NameTable,
  names: readonly string[],
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await trx
    .selectFrom(table)
    .select(['id', 'name'])
    .where('name', '=', (eb) => eb.fn.any(eb.val(names)))
    .execute();
  return new Map(rows.map(({ id, name }) => [name, id]));
}

function distinct<Value>(
  records: readonly AppRecord[],
  valuesOf: (record: AppRecord) => readonly Value[] | undefined,
): Value[] {
  return [...new Set(records.flatMap((record) => valuesOf(record) ?? []))];
}

/** As Postgres stores them: without halves of surrogate pairs. */
function distinctNames(
  records: readonly AppRecord[],
  namesOf: (record: AppRecord) => readonly string[] | undefined,
): string[] {
  return distinct(records, (record) => namesOf(record)?.map((name) => name.toWellFormed()));
}
