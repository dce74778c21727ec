import type { AppRecord } from '@pics/core';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { Pool } from 'pg';
import { appRow, deckRows, highestChangeNumber, ledgerRow, linkRows, type Row } from './plain-rows.ts';

/** Tables by name, rows by column: what is written is made as it is stored. */
type Tables = Record<string, Row>;

/** The writer that one would write with Kysely. */
export interface KyselyValues {
  write: (records: readonly AppRecord[]) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Connects it. It upserts with `.values()`, replaces each family of an app by deleting and inserting, and writes a batch in
 * one transaction. What goes into tables that apps share is sorted, or two connections would meet in a circle.
 */
export async function openKyselyValues(url: string, connections: number): Promise<KyselyValues> {
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: url, max: connections }) }),
  });
  await Promise.all(Array.from({ length: connections }, () => sql`select 1`.execute(db)));
  return {
    write: (records) => db.transaction().execute((trx) => write(trx, records)),
    close: () => db.destroy(),
  };
}

async function write(trx: Transaction<Tables>, records: readonly AppRecord[]): Promise<void> {
  const changeNumber = highestChangeNumber(records);
  const all = <Value>(valuesOf: (record: AppRecord) => readonly Value[] | undefined) => [
    ...new Set(records.flatMap((record) => valuesOf(record) ?? [])),
  ];
  await upsert(trx, 'apps', records.map(appRow));
  await insertIds(
    trx,
    'steam_tags',
    'tag_id',
    all(({ common }) => common?.tagIds),
  );
  await insertIds(
    trx,
    'steam_genres',
    'genre_id',
    all(({ common }) => common?.genreIds),
  );
  await insertIds(
    trx,
    'steam_categories',
    'category_id',
    all(({ common }) => common?.categoryIds),
  );
  const ids = {
    franchises: await upsertNames(
      trx,
      'franchises',
      all(({ common }) => common?.franchises),
    ),
    developers: await upsertNames(
      trx,
      'developers',
      all(({ developers }) => developers),
    ),
    publishers: await upsertNames(
      trx,
      'publishers',
      all(({ publishers }) => publishers),
    ),
  };
  const appids = records.map(({ appid }) => appid);
  const families = { ...linkRows(records, ids), app_steam_deck: records.flatMap(deckRows) };
  for (const [table, rows] of Object.entries(families)) {
    await trx.deleteFrom(table).where('appid', 'in', appids).execute();
    if (rows.length > 0) await trx.insertInto(table).values(rows).execute();
  }
  await upsert(
    trx,
    'sync_status',
    records.map((record) => ledgerRow(record, changeNumber)),
  );
}

async function upsert(trx: Transaction<Tables>, table: string, rows: Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'appid');
  await trx
    .insertInto(table)
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('appid')
        .doUpdateSet(Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]))),
    )
    .execute();
}

async function insertIds(trx: Transaction<Tables>, table: string, key: string, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = ids.sort((a, b) => a - b).map((id) => ({ [key]: id }));
  await trx
    .insertInto(table)
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function upsertNames(
  trx: Transaction<Tables>,
  table: string,
  names: string[],
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const stored = await trx
    .insertInto(table)
    .values(names.sort().map((name) => ({ name })))
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ name: sql.ref('excluded.name') }))
    .returning(['id', 'name'])
    .execute();
  return new Map(stored.map(({ id, name }) => [String(name), Number(id)]));
}
