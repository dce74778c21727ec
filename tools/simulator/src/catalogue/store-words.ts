import { TAG_NAMES } from './tag-names.ts';

/** English first, for nearly every app speaks it. */
export const LANGUAGES: [string, ...string[]] = [
  'english',
  'french',
  'italian',
  'german',
  'spanish',
  'schinese',
  'tchinese',
  'japanese',
  'koreana',
  'russian',
  'polish',
  'brazilian',
  'portuguese',
  'turkish',
  'ukrainian',
  'latam',
  'thai',
  'czech',
  'dutch',
  'hungarian',
  'romanian',
  'bulgarian',
  'danish',
  'finnish',
  'greek',
  'norwegian',
  'swedish',
  'vietnamese',
  'arabic',
  'indonesian',
];
/** Ids of genres, 84 among them, which has no name in every list. */
export const GENRES: [number, ...number[]] = [
  1, 2, 3, 4, 9, 18, 23, 25, 28, 29, 37, 51, 53, 57, 70, 71, 80, 84,
];
/** Ids of categories, as they stand in the keys `category_{id}`. */
export const CATEGORIES: [number, ...number[]] = [
  1, 2, 9, 13, 14, 15, 17, 18, 20, 21, 22, 23, 24, 25, 27, 28, 29, 30, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46,
  48, 49, 62, 63,
];
/** With two ids that nobody has a name for, as they occur. */
export const TAGS: [number, ...number[]] = [9, ...TAG_NAMES.keys(), 1_999_001, 1_999_002];
/** Values of `oslist`: in any order, and mostly Windows. */
export const PLATFORMS: [string, ...string[]] = [
  'windows',
  'windows',
  'windows',
  'windows,macos',
  'macos,windows',
  'windows,linux',
  'windows,macos,linux',
  'linux,windows,macos',
  '',
];
/** What a test of the Deck may have found. */
export const DECK_TESTS: [string, ...string[]] = [
  '#SteamDeckVerified_TestResult_DefaultControllerConfigFullyFunctional',
  '#SteamDeckVerified_TestResult_ControllerGlyphsMatchDeckDevice',
  '#SteamDeckVerified_TestResult_InterfaceTextIsLegible',
  '#SteamDeckVerified_TestResult_DefaultConfigurationIsPerformant',
  '#SteamDeckVerified_TestResult_LauncherInteractionIssues',
  '#SteamDeckVerified_TestResult_TextInputDoesNotAutomaticallyInvokesKeyboard',
];
