import { APP_COLUMNS, appColumns, type AppRecord } from '@pics/core';
import { sql, type Selectable, type Transaction } from 'kysely';
import type { ColumnTypes } from '../connection/unnest.ts';
import type { AppsTable, Schema } from '../schema.ts';
import type { ExistingTables } from './existing-tables.ts';
import { orElse, writeRows } from './write-rows.ts';

type AppRow = Omit<Selectable<AppsTable>, 'createdAt' | 'updatedAt'>;

const COLUMNS = APP_COLUMNS satisfies Record<string, Partial<ColumnTypes<AppRow>>>;

/** Which sections the record of an app has. */
const FLAGS = { hasCommon: 'boolean', hasExtended: 'boolean', hasDepots: 'boolean' } as const;

const TYPES = {
  appid: 'integer',
  picsAccess: 'text',
  ...COLUMNS.common,
  ...COLUMNS.extended,
  ...COLUMNS.depots,
  ...FLAGS,
} as const;

const FLAG_OF = new Map<string, string>([
  ...Object.keys(COLUMNS.common).map((column) => [column, 'hasCommon'] as const),
  ...Object.keys(COLUMNS.extended).map((column) => [column, 'hasExtended'] as const),
  ...Object.keys(COLUMNS.depots).map((column) => [column, 'hasDepots'] as const),
]);

function appRow(record: AppRecord): AppRow & Record<keyof typeof FLAGS, boolean> {
  return {
    hasCommon: record.common !== undefined,
    hasExtended: record.extended !== undefined,
    hasDepots: record.depots !== undefined,
    appid: record.appid,
    ...appColumns(record),
  };
}

/** The row of an app before a write. */
export type StoredApp = Pick<Selectable<AppsTable>, 'parentAppid' | 'picsAccess'>;

/**
 * Locks the rows of these apps against changes by other programs, in the order of their ids, and returns those that exist.
 *
 * Call it before anything else is written: programs that write an app and then its companies also lock the app first, so none
 * waits for us while we wait for it.
 */
export async function lockApps(
  trx: Transaction<Schema>,
  appids: readonly number[],
): Promise<Map<number, StoredApp>> {
  if (appids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('apps')
    .select(['appid', 'parentAppid', 'picsAccess'])
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .orderBy('appid')
    .forNoKeyUpdate()
    .execute();
  return new Map(rows.map(({ appid, ...stored }) => [appid, stored]));
}

/**
 * Stores the rows of these apps. If an app is stored already, only the columns of the sections in its record are replaced, and
 * only if one of them differs. `is_free` keeps its value when the response has none. Steam sends no name of hidden apps: where
 * a table requires one, it is a placeholder such as `App 1234` until there is a name.
 *
 * @param stored the apps that have a row, which `lockApps` has locked.
 * @returns the apps that were added, and those of which the row changed.
 */
export async function upsertApps(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  { stored, tables }: { stored: { has: (appid: number) => boolean }; tables: ExistingTables },
): Promise<{ added: number[]; changed: number[] }> {
  return writeRows(trx, 'apps', tables, {
    stored,
    rows: records.map(appRow),
    types: TYPES,
    flags: ['hasCommon', 'hasExtended', 'hasDepots'],
    flagOf: (column) => FLAG_OF.get(column),
    lasting: ['isFree'],
    placeholders: { name: sql`'App ' || next.appid` },
    onChange: { updatedAt: sql`now()` },
  });
}

/** Marks the stored ones of these apps as removed, keeping their rows, and returns how many were not removed before. */
export async function markRemoved(
  trx: Transaction<Schema>,
  appids: readonly number[],
  tables: ExistingTables,
): Promise<number> {
  if (appids.length === 0) return 0;
  const said = sql.lit('removed' as const);
  const access = tables.isKept('apps', 'pics_access') ? orElse(sql.ref<'removed'>('picsAccess'), said) : said;
  const removed = await trx
    .updateTable('apps')
    .set({ picsAccess: access, updatedAt: sql`now()` })
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .where('picsAccess', 'is distinct from', access)
    .executeTakeFirst();
  return Number(removed.numUpdatedRows);
}

/**
 * Sets `updated_at` of these apps to now: the time of the last change to any row of an app, in any table. Its document has a
 * separate time, because most of what changes in it has no column.
 */
export async function moveUpdatedAt(trx: Transaction<Schema>, appids: readonly number[]): Promise<void> {
  if (appids.length === 0) return;
  await trx
    .updateTable('apps')
    .set({ updatedAt: sql`now()` })
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .execute();
}
