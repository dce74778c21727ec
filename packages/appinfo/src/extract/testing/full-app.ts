import { type Block, numbered } from './app-body.ts';

/** A generated app with every field there is, in the forms Steam sends. */
export const fullApp: Block = {
  appid: '1000',
  common: {
    name: ' Café "Nine" \\ Ten  ',
    type: 'Game',
    parent: '900',
    ReleaseState: 'Released',
    oslist: 'macos,Windows,amiga, linux',
    controller_support: 'partial',
    steam_release_date: '1345568400',
    original_release_date: '1088924400',
    review_score: '8',
    review_percentage: '86',
    metacritic_score: '92',
    metacritic_fullurl: 'https://www.metacritic.example/game/pc/nine',
    metacritic_url: 'pc/nine',
    store_tags: numbered(['19', '492', '122', '4182']),
    genres: numbered(['1', '23', '0']),
    primary_genre: '23',
    category: { category_22: '1', category_2: '1', category_9: '0', CATEGORY_1: 'true' },
    content_descriptors: numbered(['5', '2']),
    associations: numbered([
      { type: 'developer', name: 'Nine Rivers ' },
      { type: 'publisher', name: 'Tenth Press' },
      { type: 'developer', name: 'Eight Hills' },
      { type: 'franchise', name: 'Numbers' },
    ]),
    supported_languages: {
      english: { supported: 'true', full_audio: '1', subtitles: 'true' },
      french: { supported: 'true' },
      klingon: {},
    },
    languages: { german: '1' },
    steam_deck_compatibility: {
      category: '3',
      test_timestamp: '1653436800',
      tested_build_id: '7634162',
      steamos_compatibility: '2',
      tests: numbered([
        { display: '4', token: '#SteamDeckVerified_TestResult_One' },
        { display: '3', token: '#SteamDeckVerified_TestResult_Two' },
      ]),
      configuration: { supported_input: 'gamepad', nested: { small_text: '0' } },
    },
  },
  extended: {
    isfreeapp: '1',
    homepage: 'nine.example',
    developer_url: 'https://rivers.example',
    state: 'eStateAvailable',
    listofdlc: '1001,1002,,1001,',
    developer: 'Nine Rivers, Eight Hills',
    publisher: 'Tenth Press',
  },
  config: { installdir: 'nine' },
  depots: {
    '1001': { manifests: { public: { gid: '5612541580377302256' } } },
    branches: {
      Beta: { buildid: '7', timebuildupdated: '1428646818', pwdrequired: '1', description: ' Try "this" ' },
      public: { buildid: '23371447', timeupdated: '1779489106' },
    },
  },
};
