import { snakeCase, type AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { ExistingTables } from './existing-tables.ts';
import { rowCounts, type RowCounts } from './row-changes.ts';

/** The column with Steam's id, and what a row is called for which no name is known. */
const TABLES = {
  steamTags: { id: 'tagId', noun: 'Tag' },
  steamGenres: { id: 'genreId', noun: 'Genre' },
  steamCategories: { id: 'categoryId', noun: 'Category' },
} as const;

type Table = keyof typeof TABLES;

/**
 * Adds the ids of tags, genres and categories in these records that no table has yet. They get a name once one is known; until
 * then, a table that requires names has a placeholder such as `Tag 1234`.
 *
 * A writer that adds the same row waits until this transaction ends, and then finds it. All writers go through tables and
 * rows in one order, so no two of them wait for each other.
 */
export async function addIds(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  tables: ExistingTables,
): Promise<Record<Table, RowCounts>> {
  const idsOf = (get: (record: AppRecord) => readonly number[] | undefined) => [
    ...new Set(records.flatMap((record) => get(record) ?? [])),
  ];
  return {
    steamTags: await addMissing(
      trx,
      'steamTags',
      tables,
      idsOf(({ common }) => common?.tagIds),
    ),
    steamGenres: await addMissing(
      trx,
      'steamGenres',
      tables,
      idsOf(({ common }) => common?.genreIds),
    ),
    steamCategories: await addMissing(
      trx,
      'steamCategories',
      tables,
      idsOf(({ common }) => common?.categoryIds),
    ),
  };
}

/** SQL for the placeholder of an id. */
export function placeholderOf(table: Table, id: string) {
  return sql<string>`${sql.lit(`${TABLES[table].noun} `)} || ${sql.ref(id)}`;
}

async function addMissing(
  trx: Transaction<Schema>,
  table: Table,
  tables: ExistingTables,
  ids: readonly number[],
): Promise<RowCounts> {
  if (ids.length === 0) return rowCounts({});
  const column = TABLES[table].id;
  const name = tables.column(snakeCase(table), 'name');
  const needsName = name?.isRequired && name.byDefault === null && !name.isGenerated;
  const { numAffectedRows } = await sql`
    insert into ${sql.table(table)} (${sql.ref(column)} ${needsName ? sql`, name` : sql``})
    select id ${needsName ? sql`, ${placeholderOf(table, 'id')}` : sql``}
    from unnest(${ids}::integer[]) as id
    where not exists (select from ${sql.table(table)} where ${sql.ref(column)} = id)
    order by id
    on conflict do nothing
  `.execute(trx);
  return rowCounts({ added: Number(numAffectedRows ?? 0) });
}
