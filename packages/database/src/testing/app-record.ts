import type { AppRecord, CommonSection, FetchedApps } from '@pics/core';

const common: CommonSection = {
  name: 'Rainy Lighthouse',
  type: 'game',
  controllerSupport: 'full',
  reviewScore: 8,
  reviewPercentage: 91,
  metacriticScore: 77,
  metacriticUrl: 'https://metacritic.example/rainy-lighthouse',
  platforms: 'windows,linux',
  releaseState: 'released',
  parentAppid: null,
  contentDescriptors: [2, 5],
  languages: { english: { supported: true, full_audio: true, subtitles: false } },
  steamReleaseDate: 1_600_000_000,
  originalReleaseDate: 1_500_000_000,
  tagIds: [19, 492, 21],
  genreIds: [1, 25],
  primaryGenreId: 25,
  categoryIds: [2, 22],
  franchises: ['Lighthouses'],
  deck: {
    category: 3,
    testTimestamp: 1_650_000_000,
    testedBuildId: '9007199254740993',
    steamosCompatibility: 2,
    tests: [{ display: '4', token: '#Fine' }],
    configuration: { supported_input: 'gamepad', small_text: '0' },
  },
};

/** A full response about an app, with rows for every table; `overrides` replaces whole sections or lists. */
export function fullRecord(
  appid: number,
  changeNumber: number,
  overrides: Partial<AppRecord> = {},
): AppRecord {
  return {
    appid,
    changeNumber,
    access: 'public',
    common,
    extended: {
      isFree: false,
      homepageUrl: 'https://lighthouse.example',
      appState: 'eStateAvailable',
      dlcAppids: [700, 701],
    },
    depots: { lastContentUpdate: 1_700_000_000, currentBuildId: '12345678901234567890' },
    developers: ['Studio Gull'],
    publishers: ['Studio Gull', 'Harbour House'],
    ...overrides,
  };
}

/** `fullRecord` with other fields in `common`. */
export function recordWith(appid: number, changeNumber: number, fields: Partial<CommonSection>): AppRecord {
  return fullRecord(appid, changeNumber, { common: { ...common, ...fields } });
}

/** A full response about an app of which Steam sends nothing but its id. */
export function emptyRecord(appid: number, changeNumber: number): AppRecord {
  return {
    appid,
    changeNumber,
    access: 'public',
    common: {
      ...common,
      name: null,
      type: null,
      controllerSupport: null,
      reviewScore: null,
      reviewPercentage: null,
      metacriticScore: null,
      metacriticUrl: null,
      platforms: null,
      releaseState: null,
      contentDescriptors: null,
      languages: null,
      steamReleaseDate: null,
      originalReleaseDate: null,
      tagIds: [],
      genreIds: [],
      primaryGenreId: null,
      categoryIds: [],
      franchises: [],
      deck: null,
    },
    extended: { isFree: null, homepageUrl: null, appState: null, dlcAppids: [] },
    depots: { lastContentUpdate: null, currentBuildId: null },
    developers: [],
    publishers: [],
  };
}

/** What came of apps: the results of batch `b`, dispatched for change number 1,000, unless overridden. */
export function writeJob(came: Partial<FetchedApps>): FetchedApps {
  return {
    batchId: 'b',
    changeNumber: 1_000,
    records: [],
    unknown: [],
    failed: [],
    unanswered: [],
    ...came,
  };
}
