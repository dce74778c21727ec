import type { AppRecord } from '@pics/core';
import type { Database } from '@pics/database';

/** One app across all tables, in a form that compares with `toEqual`: lists sorted, times in Unix seconds. */
export type StoredApp = ReturnType<typeof emptyApp>;

const DECK_STATUS = ['unknown', 'unsupported', 'playable', 'verified'];

function emptyApp(appid: number) {
  return {
    appid,
    access: '',
    common: {} as Record<string, unknown>,
    extended: {} as Record<string, unknown>,
    depots: {} as Record<string, unknown>,
    tags: [] as [number, number][],
    genres: [] as [number, boolean][],
    categories: [] as number[],
    franchises: [] as string[],
    developers: [] as string[],
    publishers: [] as string[],
    dlc: [] as number[],
    deck: null as Record<string, unknown> | null,
  };
}

/**
 * The expected contents of the tables for an app after these responses, oldest first: the rules of a write, applied one by
 * one and written independently of the SQL that applies them to batches.
 */
export function applyRecords(records: readonly AppRecord[]): StoredApp {
  const [first] = records;
  if (!first) throw new Error('an app has at least one record');
  const app = emptyApp(first.appid);
  app.common = columnsOfCommon(undefined);
  app.extended = { isFree: null, homepageUrl: null, appState: null };
  app.depots = { lastContentUpdate: null, currentBuildId: null };
  for (const record of records) {
    app.access = record.access;
    if (record.common) {
      const { tagIds, genreIds, categoryIds, franchises, primaryGenreId, deck } = record.common;
      app.common = columnsOfCommon(record.common);
      app.tags = tagIds.map((tagId, index): [number, number] => [tagId, index + 1]).sort(byFirst);
      app.genres = genreIds.map((id): [number, boolean] => [id, id === primaryGenreId]).sort(byFirst);
      app.categories = [...categoryIds].sort((a, b) => a - b);
      app.franchises = [...franchises].sort();
      app.deck = deck && {
        ...deck,
        status: deck.category === null ? null : (DECK_STATUS[deck.category] ?? null),
      };
    }
    if (record.extended) {
      const { dlcAppids, ...columns } = record.extended;
      // Whether it is free is not forgotten.
      app.extended = { ...columns, isFree: columns.isFree ?? app.extended['isFree'] };
      app.dlc = [...dlcAppids].sort((a, b) => a - b);
    }
    if (record.depots) {
      const { lastContentUpdate, currentBuildId } = record.depots;
      app.depots = { lastContentUpdate, currentBuildId };
    }
    if (record.developers) app.developers = [...record.developers].sort();
    if (record.publishers) app.publishers = [...record.publishers].sort();
  }
  return app;
}

function columnsOfCommon(common: AppRecord['common']): Record<string, unknown> {
  return {
    name: common?.name ?? null,
    type: common?.type ?? null,
    controllerSupport: common?.controllerSupport ?? null,
    reviewScore: common?.reviewScore ?? null,
    reviewPercentage: common?.reviewPercentage ?? null,
    metacriticScore: common?.metacriticScore ?? null,
    metacriticUrl: common?.metacriticUrl ?? null,
    platforms: common?.platforms ?? null,
    releaseState: common?.releaseState ?? null,
    parentAppid: common?.parentAppid ?? null,
    contentDescriptors: common?.contentDescriptors ?? null,
    languages: common?.languages ?? null,
    steamReleaseDate: common?.steamReleaseDate ?? null,
    originalReleaseDate: common?.originalReleaseDate ?? null,
  };
}

/** Reads all tables, app by app. */
export async function readStoredApps(db: Database): Promise<Map<number, StoredApp>> {
  const apps = new Map<number, StoredApp>();
  for (const row of await db.selectFrom('apps').selectAll().execute()) {
    const app = emptyApp(row.appid);
    app.access = row.picsAccess ?? 'never fetched';
    app.common = {
      ...columnsOfCommon(undefined),
      name: row.name,
      type: row.type,
      controllerSupport: row.controllerSupport,
      reviewScore: row.picsReviewScore,
      reviewPercentage: row.picsReviewPercentage,
      metacriticScore: row.metacriticScore,
      metacriticUrl: row.metacriticUrl,
      platforms: row.platforms,
      releaseState: row.releaseState,
      parentAppid: row.parentAppid,
      contentDescriptors: row.contentDescriptors,
      languages: row.languages,
      steamReleaseDate: seconds(row.steamReleaseDate),
      originalReleaseDate: seconds(row.originalReleaseDate),
    };
    app.extended = { isFree: row.isFree, homepageUrl: row.homepageUrl, appState: row.appState };
    app.depots = { lastContentUpdate: seconds(row.lastContentUpdate), currentBuildId: row.currentBuildId };
    apps.set(row.appid, app);
  }
  const of = (appid: number): StoredApp => {
    const app = apps.get(appid);
    if (!app) throw new Error(`rows of app ${appid} without a row in apps`);
    return app;
  };

  for (const row of await db.selectFrom('appSteamTags').selectAll().execute()) {
    of(row.appid).tags.push([row.tagId, row.rank ?? 0]);
  }
  for (const row of await db.selectFrom('appGenres').selectAll().execute()) {
    of(row.appid).genres.push([row.genreId, row.isPrimary ?? false]);
  }
  for (const row of await db.selectFrom('appCategories').selectAll().execute()) {
    of(row.appid).categories.push(row.categoryId);
  }
  for (const row of await db.selectFrom('appDlc').selectAll().execute()) of(row.appid).dlc.push(row.dlcAppid);
  const names = async (
    query: Promise<{ appid: number; name: string }[]>,
    list: 'franchises' | 'developers' | 'publishers',
  ) => {
    for (const row of await query) of(row.appid)[list].push(row.name);
  };
  await names(
    db
      .selectFrom('appFranchises')
      .innerJoin('franchises', 'id', 'franchiseId')
      .select(['appid', 'name'])
      .execute(),
    'franchises',
  );
  await names(
    db
      .selectFrom('appDevelopers')
      .innerJoin('developers', 'id', 'developerId')
      .select(['appid', 'name'])
      .execute(),
    'developers',
  );
  await names(
    db
      .selectFrom('appPublishers')
      .innerJoin('publishers', 'id', 'publisherId')
      .select(['appid', 'name'])
      .execute(),
    'publishers',
  );
  for (const { appid, ...deck } of await db.selectFrom('appSteamDeck').selectAll().execute()) {
    of(appid).deck = { ...deck, testTimestamp: seconds(deck.testTimestamp) };
  }

  for (const app of apps.values()) {
    app.tags.sort(byFirst);
    app.genres.sort(byFirst);
    for (const ids of [app.categories, app.dlc]) ids.sort((a, b) => a - b);
    for (const list of [app.franchises, app.developers, app.publishers]) list.sort();
  }
  return apps;
}

const byFirst = (a: readonly [number, unknown], b: readonly [number, unknown]) => a[0] - b[0];

function seconds(date: Date | null): number | null {
  return date && date.getTime() / 1_000;
}
