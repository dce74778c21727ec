import type { AppRecord, Branch, DeckReport } from './app-record.ts';

/** The columns of `apps` that Steam fills, except `pics_access`, with their Postgres types, by the section that they come from. */
export const APP_COLUMNS = {
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
} as const;

/** The columns of `app_steam_deck`. */
export const DECK_COLUMNS = {
  category: 'smallint',
  status: 'text',
  testTimestamp: 'timestamptz',
  testedBuildId: 'text',
  steamosCompatibility: 'smallint',
  tests: 'jsonb',
  configuration: 'jsonb',
} as const;

const DECK_STATUSES = ['unknown', 'unsupported', 'playable', 'verified'] as const;

/** The value of a record for each column of `apps`; null for those of a section that it does not have. */
export function appColumns({ access, common, extended, depots }: Partial<AppRecord>) {
  return {
    picsAccess: access ?? null,
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

/** The value of a report for each column of `app_steam_deck`. */
export function deckColumns({ category, testTimestamp, ...others }: DeckReport) {
  return {
    category,
    status: deckStatus(category),
    testTimestamp: fromUnixSeconds(testTimestamp),
    ...others,
  };
}

/** The value of a branch for each column of `app_branches`. */
export function branchColumns({ name, buildId, timeUpdated, isPasswordRequired, description }: Branch) {
  return {
    branch: name,
    buildId,
    timeUpdated: fromUnixSeconds(timeUpdated),
    isPasswordRequired,
    description,
  };
}

/** Steam's word for a category of a Deck report. */
export function deckStatus(category: number | null): (typeof DECK_STATUSES)[number] | null {
  return category === null ? null : (DECK_STATUSES[category] ?? null);
}

/** Steam's times are Unix seconds. */
function fromUnixSeconds(seconds: number | null | undefined): Date | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
}

/** The name in SQL of a column or table. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
