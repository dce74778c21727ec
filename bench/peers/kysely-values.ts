import type { AppRecord } from '@pics/core';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { Pool } from 'pg';

/** A row by column. */
type Row = Record<string, unknown>;

/** Tables by name. The rows are prepared as they are stored, so the columns need no types. */
type Tables = Record<string, Row>;

type IdsByName = Record<'franchises' | 'developers' | 'publishers', ReadonlyMap<string, number>>;

/** A writer as one would first write it with Kysely. */
export interface KyselyValues {
  write: (records: readonly AppRecord[]) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Connects the peer. It writes a batch in one transaction: upserts with `.values()`, and the join rows of an app are
 * deleted and inserted. Rows that apps share are sorted, because two connections would otherwise deadlock.
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
  const joinTables = { ...joinRows(records, ids), app_steam_deck: records.flatMap(deckRows) };
  for (const [table, rows] of Object.entries(joinTables)) {
    await trx.deleteFrom(table).where('appid', 'in', appids).execute();
    if (rows.length > 0) await trx.insertInto(table).values(rows).execute();
  }
  await upsert(trx, 'sync_status', records.map(syncRow));
  await upsert(
    trx,
    'pics_app_ledger',
    records.map((record) => ledgerRow(record, changeNumber)),
    'id',
  );
}

async function upsert(trx: Transaction<Tables>, table: string, rows: Row[], key = 'appid'): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== key);
  await trx
    .insertInto(table)
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column(key)
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

/** The row of `apps`. What a restricted response lacks becomes NULL: nothing is read first. */
function appRow({ appid, access, common, extended, depots }: AppRecord): Row {
  return {
    appid,
    pics_access: access,
    name: common?.name,
    type: common?.type,
    controller_support: common?.controllerSupport,
    pics_review_score: common?.reviewScore,
    pics_review_percentage: common?.reviewPercentage,
    metacritic_score: common?.metacriticScore,
    metacritic_url: common?.metacriticUrl,
    platforms: common?.platforms,
    release_state: common?.releaseState,
    parent_appid: common?.parentAppid,
    content_descriptors: toJson(common?.contentDescriptors),
    languages: toJson(common?.languages),
    steam_release_date: toTime(common?.steamReleaseDate),
    original_release_date: toTime(common?.originalReleaseDate),
    is_free: extended?.isFree,
    homepage_url: extended?.homepageUrl,
    app_state: extended?.appState,
    last_content_update: toTime(depots?.lastContentUpdate),
    current_build_id: depots?.currentBuildId,
    updated_at: new Date(),
  };
}

const DECK_STATUS = ['unknown', 'unsupported', 'playable', 'verified'];

/** The row of `app_steam_deck`, when there is a report. */
function deckRows({ appid, common }: AppRecord): Row[] {
  const deck = common?.deck;
  if (!deck) return [];
  return [
    {
      appid,
      category: deck.category,
      status: deck.category === null ? null : DECK_STATUS[deck.category],
      test_timestamp: toTime(deck.testTimestamp),
      tested_build_id: deck.testedBuildId,
      steamos_compatibility: deck.steamosCompatibility,
      tests: toJson(deck.tests),
      configuration: toJson(deck.configuration),
    },
  ];
}

/** The rows of the join tables, by table. */
function joinRows(records: readonly AppRecord[], ids: IdsByName): Record<string, Row[]> {
  const rows = (rowsOf: (record: AppRecord) => Row[] | undefined) =>
    records.flatMap((record) => rowsOf(record) ?? []);
  return {
    app_steam_tags: rows(({ appid, common }) =>
      common?.tagIds.map((tagId, index) => ({ appid, tag_id: tagId, rank: index + 1 })),
    ),
    app_genres: rows(({ appid, common }) =>
      common?.genreIds.map((genreId) => ({
        appid,
        genre_id: genreId,
        is_primary: genreId === common.primaryGenreId,
      })),
    ),
    app_categories: rows(({ appid, common }) =>
      common?.categoryIds.map((categoryId) => ({ appid, category_id: categoryId })),
    ),
    app_franchises: rows(({ appid, common }) =>
      common?.franchises.map((name) => ({ appid, franchise_id: ids.franchises.get(name) })),
    ),
    app_developers: rows(({ appid, developers }) =>
      developers?.map((name) => ({ appid, developer_id: ids.developers.get(name) })),
    ),
    app_publishers: rows(({ appid, publishers }) =>
      publishers?.map((name) => ({ appid, publisher_id: ids.publishers.get(name) })),
    ),
    app_dlc: rows(({ appid, extended }) =>
      extended?.dlcAppids.map((dlcAppid) => ({ appid, dlc_appid: dlcAppid })),
    ),
  };
}

/** The change number up to which a batch settles its apps. */
export function highestChangeNumber(records: readonly AppRecord[]): number {
  return Math.max(...records.map(({ changeNumber }) => changeNumber));
}

/** The row of `sync_status`. */
function syncRow({ appid, changeNumber }: AppRecord): Row {
  return { appid, last_pics_sync: new Date(), pics_change_number: changeNumber };
}

/** The row of `pics_app_ledger`: the app is settled up to this change number. */
function ledgerRow({ appid, changeNumber }: AppRecord, settled: number): Row {
  return {
    id: appid,
    stored_change_number: changeNumber,
    settled_change_number: settled,
    batch_id: null,
    attempts: 0,
  };
}

/** Without this, pg sends a list as a Postgres array. */
function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function toTime(seconds: number | null | undefined): Date | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
}
