import { describeError, type AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { StoredApp } from './apps.ts';
import type { ExistingTables } from './existing-tables.ts';
import { RowRefused } from './row-refused.ts';

/** A record without its references to apps that have no row, and why they are left out. */
export interface Trimmed {
  record: AppRecord;
  reason: string;
}

/**
 * Finds the records that refer to apps without a row although a foreign key of these tables requires one, and removes those
 * references. A stored parent is kept.
 *
 * The rest of such an app is written, because its parent may in turn be waiting for it. Such foreign keys belong to other
 * programs; tables without them cost nothing here.
 *
 * @param stored the apps that have a row.
 */
export async function trimReferences(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
  { stored, tables }: { stored: ReadonlyMap<number, StoredApp>; tables: ExistingTables },
): Promise<Map<number, Trimmed>> {
  const parentKey = tables.column('apps', 'parent_appid')?.appsKey;
  const dlcKey = tables.column('app_dlc', 'dlc_appid')?.appsKey;
  if (!parentKey && !dlcKey) return new Map();

  const referred = new Set(
    records.flatMap(({ common, extended }) => [
      ...(parentKey && common?.parentAppid ? [common.parentAppid] : []),
      ...(dlcKey ? (extended?.dlcAppids ?? []) : []),
    ]),
  );
  const { rows } = await sql<{ appid: number }>`
    select appid from apps where appid = any (${[...referred]}::integer[])
  `.execute(trx);
  const present = new Set([...rows, ...records].map(({ appid }) => appid));

  const trimmed = new Map<number, Trimmed>();
  for (const record of records) {
    const { appid, common, extended } = record;
    const parent = (parentKey && common?.parentAppid) || undefined;
    const isOrphan = parent !== undefined && !present.has(parent);
    const missingDlc = (dlcKey ? (extended?.dlcAppids ?? []) : []).filter((dlc) => !present.has(dlc));
    if (!isOrphan && missingDlc.length === 0) continue;
    trimmed.set(appid, {
      record: {
        ...record,
        ...(isOrphan &&
          common && { common: { ...common, parentAppid: stored.get(appid)?.parentAppid ?? null } }),
        ...(extended && {
          extended: { ...extended, dlcAppids: extended.dlcAppids.filter((dlc) => !missingDlc.includes(dlc)) },
        }),
      },
      reason: describeError(
        isOrphan
          ? RowRefused.byForeignKey('apps', 'parent_appid', parentKey ?? '', parent)
          : RowRefused.byForeignKey('app_dlc', 'dlc_appid', dlcKey ?? '', missingDlc[0]),
      ),
    });
  }
  return trimmed;
}
