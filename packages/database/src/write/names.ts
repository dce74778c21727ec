import type { AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { ExistingTables } from './existing-tables.ts';
import { rowCounts, type RowCounts } from './row-changes.ts';
import { unnest } from '../connection/unnest.ts';

const NAME_TABLES = ['franchises', 'developers', 'publishers'] as const;
type NameTable = (typeof NAME_TABLES)[number];

/** Ids by name, by table, in the order of the names. */
export type NameIds = Record<NameTable, ReadonlyMap<string, number>>;

interface Name {
  /** As Steam spells it. */
  given: string;
  /** With one blank wherever it has several. */
  folded: string;
}

/**
 * Adds the names of franchises, developers and publishers in these records that no table has yet, as `addIds` adds ids.
 *
 * If a table has a column `normalized_name`, it is filled with the name in lower case, trimmed, with single blanks. If that column
 * has an index, names are also looked up by it, so that two spellings of one company share a row, which keeps the first spelling.
 * Programs that add companies by their normalized name then find ours instead of failing on them.
 *
 * @returns the ids of all names in the records, and how many rows were added to each table.
 */
export async function addNames(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  tables: ExistingTables,
): Promise<{ ids: NameIds; rows: Record<NameTable, RowCounts> }> {
  const names = {
    franchises: distinctNames(records, ({ common }) => common?.franchises),
    developers: distinctNames(records, (record) => record.developers),
    publishers: distinctNames(records, (record) => record.publishers),
  };
  const rows = {} as Record<NameTable, RowCounts>;
  for (const table of NAME_TABLES) rows[table] = await addMissing(trx, table, names[table], tables);
  const ids = {} as Record<NameTable, ReadonlyMap<string, number>>;
  for (const table of NAME_TABLES) ids[table] = await findIds(trx, table, names[table], tables);
  return { ids, rows };
}

const NAME_TYPES = { given: 'text', folded: 'text' } as const;

const normalized = sql<string>`lower(next.folded)`;

/**
 * Existing rows are left out first, because each conflict would use up an id. The others are added in the order that every
 * program with normalized names uses.
 */
async function addMissing(
  trx: Transaction<Schema>,
  table: NameTable,
  names: readonly Name[],
  tables: ExistingTables,
): Promise<RowCounts> {
  if (names.length === 0) return rowCounts({});
  const column = tables.column(table, 'normalized_name');
  const fills = column !== undefined && !column.isGenerated;
  const { numAffectedRows } = await sql`
    insert into ${sql.table(table)} (name ${fills ? sql`, normalized_name` : sql``})
    select distinct on (${column ? normalized : sql`next.given`}) ${column ? sql`next.folded` : sql`next.given`}
      ${fills ? sql`, ${normalized}` : sql``}
    from ${unnest(names, NAME_TYPES)}
    where not exists (${matches(table, tables)})
    order by ${column ? sql`${normalized}, next.folded` : sql`next.given`}
    on conflict do nothing
  `.execute(trx);
  return rowCounts({ added: Number(numAffectedRows ?? 0) });
}

/** The exact spelling goes before others. */
async function findIds(
  trx: Transaction<Schema>,
  table: NameTable,
  names: readonly Name[],
  tables: ExistingTables,
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const { rows } = await sql<{ given: string; id: number }>`
    select next.given, found.id
    from ${unnest(names, NAME_TYPES)}
      cross join lateral (select id from (${matches(table, tables)}) as found order by place, id limit 1) as found
    order by ${normalized}, next.given
  `.execute(trx);
  return new Map(rows.map(({ given, id }) => [given, id]));
}

/** The rows of a table that a name of `next` means. */
function matches(table: NameTable, tables: ExistingTables) {
  const column = tables.column(table, 'normalized_name');
  const exact = sql`select id, 1 as place from ${sql.table(table)} where name = next.given`;
  if (!column) return exact;
  const folded = sql`select id, 2 from ${sql.table(table)} where name = next.folded`;
  if (!column.isIndexed) return sql`${exact} union all ${folded}`;
  return sql`${exact} union all ${folded} union all select id, 3 from ${sql.table(table)} where normalized_name = ${normalized}`;
}

/** Without halves of surrogate pairs, which Postgres cannot store. */
function distinctNames(
  records: readonly AppRecord[],
  namesOf: (record: AppRecord) => readonly string[] | undefined,
): Name[] {
  const given = new Set(
    records.flatMap((record) => namesOf(record)?.map((name) => name.toWellFormed()) ?? []),
  );
  return [...given].map((name) => ({ given: name, folded: name.replaceAll(/\s+/g, ' ').trim() }));
}
