import { block, list, type Selected, text, tree } from '../keyvalues/select-key-values.ts';

/**
 * Recorded lists reach about a hundred entries (languages). Every entry becomes a row, so a list that no real app has
 * must fail instead of filling the tables.
 */
const MAX_ENTRIES = 1_000;

const numberedTexts = list(text, MAX_ENTRIES);

/** Every path of a body that extraction reads; everything else is skipped. */
export const appInfo = block({
  appid: text,
  public_only: text,
  common: block({
    name: text,
    type: text,
    parent: text,
    releasestate: text,
    oslist: text,
    controller_support: text,
    steam_release_date: text,
    original_release_date: text,
    review_score: text,
    review_percentage: text,
    metacritic_score: text,
    metacritic_fullurl: text,
    metacritic_url: text,
    store_tags: numberedTexts,
    genres: numberedTexts,
    primary_genre: text,
    category: list(text, MAX_ENTRIES),
    content_descriptors: numberedTexts,
    associations: list(block({ type: text, name: text }), MAX_ENTRIES),
    supported_languages: list(block({ supported: text, full_audio: text, subtitles: text }), MAX_ENTRIES),
    languages: list(text, MAX_ENTRIES),
    steam_deck_compatibility: block({
      category: text,
      test_timestamp: text,
      tested_build_id: text,
      steamos_compatibility: text,
      tests: list(block({ display: text, token: text }), MAX_ENTRIES),
      configuration: tree(MAX_ENTRIES),
    }),
  }),
  extended: block({
    isfreeapp: text,
    homepage: text,
    developer_url: text,
    state: text,
    listofdlc: text,
    developer: text,
    publisher: text,
  }),
  depots: block({
    branches: list(
      block({
        buildid: text,
        timeupdated: text,
        timebuildupdated: text,
        pwdrequired: text,
        description: text,
      }),
      MAX_ENTRIES,
    ),
  }),
});

export type AppInfo = Selected<typeof appInfo>;
export type Common = NonNullable<AppInfo['common']>;
export type Extended = NonNullable<AppInfo['extended']>;
export type Depots = NonNullable<AppInfo['depots']>;
export type DepotsBranch = NonNullable<Depots['branches']>[number]['value'];
