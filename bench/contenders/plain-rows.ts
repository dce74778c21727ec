import type { AppRecord } from '@pics/core';

/** A row as it is stored, by column. */
export type Row = Record<string, unknown>;

/** Ids by name. */
export type Names = Record<'franchises' | 'developers' | 'publishers', ReadonlyMap<string, number>>;

/** The row of `apps`. What a restricted answer does not carry becomes NULL: nothing is looked up. */
export function appRow({ appid, access, common, extended, depots }: AppRecord): Row {
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
export function deckRows({ appid, common }: AppRecord): Row[] {
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

/** The rows of the tables that link apps to something, by table. */
export function linkRows(records: readonly AppRecord[], ids: Names): Record<string, Row[]> {
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

/** What a batch settles its apps up to. */
export function highestChangeNumber(records: readonly AppRecord[]): number {
  return Math.max(...records.map(({ changeNumber }) => changeNumber));
}

/** The row of `sync_status`: the app is settled up to this change number. */
export function ledgerRow({ appid, changeNumber }: AppRecord, settled: number): Row {
  return {
    appid,
    last_pics_sync: new Date(),
    pics_change_number: changeNumber,
    settled_change_number: settled,
    batch_id: null,
    attempts: 0,
  };
}

/** pg would make a Postgres array of a list. */
function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function toTime(seconds: number | null | undefined): Date | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
}
