import type { AppRecord } from '@pics/core';
import { sql, type Selectable, type Transaction } from 'kysely';
import type { AppsTable, Schema } from '../schema.ts';
import {
  columnsOf,
  differs,
  excludedValues,
  unnest,
  wasInserted,
  type ColumnTypes,
} from '../connection/unnest.ts';

type AppRow = Omit<Selectable<AppsTable>, 'createdAt' | 'updatedAt'>;

/** The columns of `apps` that Steam fills, by the section that carries them. */
const COLUMNS = {
  common: {
    name: 'text',
    type: 'text',
    controllerSupport: 'text',
    picsReviewScore: 'smallint',
    picsReviewPercentage: 'smallint',
    metacriticScore: 'smallint',
    metacriticUrl: 'text',
    platforms: 'text',
    releaseState: 'text',
    parentAppid: 'integer',
    contentDescriptors: 'jsonb',
    languages: 'jsonb',
    steamReleaseDate: 'timestamptz',
    originalReleaseDate: 'timestamptz',
  },
  extended: { isFree: 'boolean', homepageUrl: 'text', appState: 'text' },
  depots: { lastContentUpdate: 'timestamptz', currentBuildId: 'text' },
} as const satisfies Record<string, Partial<ColumnTypes<AppRow>>>;

function appRow({ appid, access, common, extended, depots }: AppRecord): AppRow {
  return {
    appid,
    picsAccess: access,
    name: common?.name ?? null,
    type: common?.type ?? null,
    controllerSupport: common?.controllerSupport ?? null,
    picsReviewScore: common?.reviewScore ?? null,
    picsReviewPercentage: common?.reviewPercentage ?? null,
    metacriticScore: common?.metacriticScore ?? null,
    metacriticUrl: common?.metacriticUrl ?? null,
    platforms: common?.platforms ?? null,
    releaseState: common?.releaseState ?? null,
    parentAppid: common?.parentAppid ?? null,
    contentDescriptors: common?.contentDescriptors ?? null,
    languages: common?.languages ?? null,
    steamReleaseDate: fromUnixSeconds(common?.steamReleaseDate),
    originalReleaseDate: fromUnixSeconds(common?.originalReleaseDate),
    isFree: extended?.isFree ?? null,
    homepageUrl: extended?.homepageUrl ?? null,
    appState: extended?.appState ?? null,
    lastContentUpdate: fromUnixSeconds(depots?.lastContentUpdate),
    currentBuildId: depots?.currentBuildId ?? null,
  };
}

/**
 * Stores the rows of these apps. Of an app that is stored already, only the columns of the sections that its record carries
 * are replaced, and only if any of them differs.
 *
 * Apps whose records carry the same sections share a statement: nearly all carry all three.
 *
 * @returns the apps that were added, and those of which the row changed.
 */
export async function upsertApps(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<{ added: number[]; changed: number[] }> {
  const upserted: { added: number[]; changed: number[] } = { added: [], changed: [] };
  for (const group of Map.groupBy(records, sectionsOf).values()) {
    const [first] = group;
    const types = {
      appid: 'integer',
      picsAccess: 'text',
      ...(first?.common && COLUMNS.common),
      ...(first?.extended && COLUMNS.extended),
      ...(first?.depots && COLUMNS.depots),
    } as const;
    const replaced = columnsOf(types).filter((column) => column !== 'appid');
    const rows = await trx
      .insertInto('apps')
      .columns(columnsOf(types))
      .expression(trx.selectFrom(unnest(group.map(appRow), types)).selectAll())
      .onConflict((conflict) =>
        conflict
          .column('appid')
          .doUpdateSet({ ...excludedValues(replaced), updatedAt: sql`now()` })
          .where(differs('apps', replaced)),
      )
      .returning(['appid', wasInserted.as('isNew')])
      .execute();
    for (const { appid, isNew } of rows) upserted[isNew ? 'added' : 'changed'].push(appid);
  }
  return upserted;
}

/** Marks those of these apps as removed that are stored, and returns how many were not before. Their rows stay. */
export async function markRemoved(trx: Transaction<Schema>, appids: readonly number[]): Promise<number> {
  if (appids.length === 0) return 0;
  const removed = await trx
    .updateTable('apps')
    .set({ picsAccess: 'removed', updatedAt: sql`now()` })
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .where('picsAccess', 'is distinct from', 'removed')
    .executeTakeFirst();
  return Number(removed.numUpdatedRows);
}

/** Moves `updated_at` of these apps: it says when anything stored of an app changed last, in whichever table. */
export async function moveUpdatedAt(trx: Transaction<Schema>, appids: readonly number[]): Promise<void> {
  if (appids.length === 0) return;
  await trx
    .updateTable('apps')
    .set({ updatedAt: sql`now()` })
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .execute();
}

function sectionsOf({ common, extended, depots }: AppRecord): string {
  return [common, extended, depots].map((section) => (section ? 'carried' : 'absent')).join();
}

/** Steam's times are Unix seconds. */
export function fromUnixSeconds(seconds: number | null | undefined): Date | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
}
