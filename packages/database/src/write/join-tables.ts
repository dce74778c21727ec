import { snakeCase, type AppRecord } from '@pics/core';
import { sql, type RawBuilder, type Selectable, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { ExistingTables } from './existing-tables.ts';
import type { NameIds } from './names.ts';
import { countUpserted, type RowCounts } from './row-changes.ts';
import { isDifferent, orElse } from './write-rows.ts';
import { columnsOf, unnest, wasInserted, type ColumnTypes } from '../connection/unnest.ts';

type Table =
  | 'appSteamTags'
  | 'appGenres'
  | 'appCategories'
  | 'appFranchises'
  | 'appDevelopers'
  | 'appPublishers'
  | 'appDlc';

interface JoinTable<Row> {
  types: ColumnTypes<Row>;
  /** The column that is the primary key together with appid. */
  key: Exclude<keyof Row, 'appid'> & string;
  /** The rows of a record; undefined if the response does not contain them, and stored ones are kept. */
  rowsOf: (record: AppRecord) => Row[] | undefined;
  /** The ids in the order in which to add rows, where a trigger may lock what they point at. */
  order?: readonly number[];
}

type JoinTables<Name extends Table> = { readonly [Each in Name]: JoinTable<Selectable<Schema[Each]>> };

/** The join tables that Steam fills with ids. */
export const JOINED_BY_ID: JoinTables<'appSteamTags' | 'appGenres' | 'appCategories' | 'appDlc'> = {
  appSteamTags: {
    types: { appid: 'integer', tagId: 'integer', rank: 'smallint' },
    key: 'tagId',
    rowsOf: ({ appid, common }) =>
      common && distinct(common.tagIds).map((tagId, index) => ({ appid, tagId, rank: index + 1 })),
  },
  appGenres: {
    types: { appid: 'integer', genreId: 'integer', isPrimary: 'boolean' },
    key: 'genreId',
    rowsOf: ({ appid, common }) =>
      common &&
      distinct(common.genreIds).map((genreId) => ({
        appid,
        genreId,
        isPrimary: genreId === common.primaryGenreId,
      })),
  },
  appCategories: {
    types: { appid: 'integer', categoryId: 'integer' },
    key: 'categoryId',
    rowsOf: ({ appid, common }) =>
      common && distinct(common.categoryIds).map((categoryId) => ({ appid, categoryId })),
  },
  appDlc: {
    types: { appid: 'integer', dlcAppid: 'integer' },
    key: 'dlcAppid',
    rowsOf: ({ appid, extended }) =>
      extended && distinct(extended.dlcAppids).map((dlcAppid) => ({ appid, dlcAppid })),
  },
};

/** The join tables that Steam fills with names. */
export const joinedByName = (
  ids: NameIds,
): JoinTables<'appFranchises' | 'appDevelopers' | 'appPublishers'> => ({
  appFranchises: {
    types: { appid: 'integer', franchiseId: 'integer' },
    key: 'franchiseId',
    order: [...ids.franchises.values()],
    rowsOf: ({ appid, common }) =>
      common && idsOf(common.franchises, ids.franchises).map((franchiseId) => ({ appid, franchiseId })),
  },
  appDevelopers: {
    types: { appid: 'integer', developerId: 'integer' },
    key: 'developerId',
    order: [...ids.developers.values()],
    rowsOf: ({ appid, developers }) =>
      developers && idsOf(developers, ids.developers).map((developerId) => ({ appid, developerId })),
  },
  appPublishers: {
    types: { appid: 'integer', publisherId: 'integer' },
    key: 'publisherId',
    order: [...ids.publishers.values()],
    rowsOf: ({ appid, publishers }) =>
      publishers && idsOf(publishers, ids.publishers).map((publisherId) => ({ appid, publisherId })),
  },
});

/** A row of any of these tables. */
type Row = { appid: number } & Record<string, number | boolean | null>;

/** The type of the tables for the query builder: their statements differ only in the names of columns. */
type Alike = Transaction<Record<Table, Row>>;

/**
 * Updates these join tables to the records: adds missing rows, changes those that differ, and removes those that a record no
 * longer has. Unchanged rows are neither locked nor written. In a kept table, missing rows are only added.
 *
 * @returns how many rows of each table were added, changed and removed, and the apps with any such row.
 */
export async function writeJoinTables(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  joinTables: Readonly<Partial<Record<Table, JoinTable<Row>>>>,
  tables: ExistingTables,
): Promise<{ rows: Partial<Record<Table, RowCounts>>; appids: number[] }> {
  const alike: Alike = trx.$omitTables<keyof Schema>().$extendTables<Record<Table, Row>>();
  const counts: Partial<Record<Table, RowCounts>> = {};
  const changed = new Set<number>();
  for (const [table, { types, key, rowsOf, order }] of Object.entries(joinTables) as [
    Table,
    JoinTable<Row>,
  ][]) {
    const appids: number[] = [];
    const rows: Row[] = [];
    for (const record of records) {
      const own = rowsOf(record);
      if (!own) continue;
      appids.push(record.appid);
      rows.push(...own);
    }
    const isKept = tables.isKept(snakeCase(table));
    const removed = isKept ? [] : await removeOthers(alike, table, key, { appids, rows });
    const upserted = await upsert(alike, table, key, { types, rows, order, tables });
    for (const { appid } of [...removed, ...upserted]) changed.add(appid);
    counts[table] = countUpserted(upserted, { compared: rows.length, removed: removed.length });
  }
  return { rows: counts, appids: [...changed] };
}

/** Removes the rows of these apps that are not among `rows`. */
async function removeOthers(
  db: Alike,
  table: Table,
  key: string,
  { appids, rows }: { appids: number[]; rows: Row[] },
): Promise<{ appid: number }[]> {
  return db
    .deleteFrom(table)
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom(unnest(rows, { appid: 'integer', [key]: 'integer' }))
            .select('next.appid')
            .whereRef('next.appid', '=', `${table}.appid`)
            .whereRef(`next.${key}`, '=', `${table}.${key}`),
        ),
      ),
    )
    .returning('appid')
    .execute();
}

/** Adds or changes the rows that are missing or differ. */
async function upsert(
  db: Alike,
  table: Table,
  key: string,
  { types, rows, order, tables }: Writing,
): Promise<{ appid: number; isNew: boolean }[]> {
  if (rows.length === 0) return [];
  const columns = columnsOf(types);
  const others = columns.filter((column) => column !== 'appid' && column !== key);
  const appids = distinct(rows.map(({ appid }) => appid));
  const stored = db
    .selectFrom(table)
    .select(columns)
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)));
  const differing = db
    .selectFrom(db.selectFrom(unnest(rows, types)).select(columns).except(stored).as('next'))
    .select(columns)
    .orderBy(
      order ? sql`array_position(${order}::integer[], ${sql.ref(`next.${key}`)})` : sql.ref(`next.${key}`),
    )
    .orderBy('next.appid');
  return db
    .insertInto(table)
    .columns(columns)
    .expression(differing)
    .onConflict((conflict) => {
      if (others.length === 0) return conflict.doNothing();
      const next = others.map((column): [string, RawBuilder<never>] => {
        const sent = sql.ref<never>(`excluded.${column}`);
        const isKept = tables.isKept(snakeCase(table), snakeCase(column));
        return [column, isKept ? orElse(sql.ref<never>(`${table}.${column}`), sent) : sent];
      });
      return conflict
        .columns(['appid', key])
        .doUpdateSet(Object.fromEntries(next))
        .where(
          isDifferent(
            table,
            others,
            next.map(([, value]) => value),
          ),
        );
    })
    .returning(['appid', wasInserted.as('isNew')])
    .execute();
}

interface Writing {
  types: ColumnTypes<Row>;
  rows: Row[];
  order: readonly number[] | undefined;
  tables: ExistingTables;
}

function distinct(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}

function idsOf(names: readonly string[], ids: ReadonlyMap<string, number>): number[] {
  return distinct(
    names.map((name) => {
      const id = ids.get(name.toWellFormed());
      if (id === undefined) throw new Error(`no id for the name ${name}`);
      return id;
    }),
  );
}
