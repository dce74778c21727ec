import { z } from 'zod';
import { appidSchema, wholeNumbers } from './whole-numbers.ts';

const smallint = z.int().min(-32_768).max(32_767);
const unixSeconds = z.int();

/** The support one language has: what the store's language table says, or depot languages with only `supported` known. */
const languageSupport = z.strictObject({
  supported: z.boolean(),
  full_audio: z.boolean(),
  subtitles: z.boolean(),
});

/**
 * An object of which each value passes. It is looked at and stays as it is: a schema makes a copy of everything it checks,
 * and a record that comes from JSON has up to thirty languages.
 */
function objectOf<Value>(passes: (value: unknown) => boolean, expected: string) {
  return z.custom<Record<string, Value>>((value) => isObject(value) && Object.values(value).every(passes), {
    error: `expected ${expected}`,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const FLAGS = Object.keys(languageSupport.shape);

function isLanguageSupport(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.keys(value).length === FLAGS.length &&
    FLAGS.every((flag) => typeof value[flag] === 'boolean')
  );
}

const deckReport = z.strictObject({
  /** 0 unknown, 1 unsupported, 2 playable, 3 verified; null when Steam sent none or another. */
  category: smallint.nullable(),
  testTimestamp: unixSeconds.nullable(),
  testedBuildId: z.string().nullable(),
  steamosCompatibility: smallint.nullable(),
  tests: z.array(z.strictObject({ display: z.string().nullable(), token: z.string().nullable() })).nullable(),
  configuration: objectOf<z.core.util.JSONType>(() => true, 'an object').nullable(),
});

/** What `common` carries. */
const commonSection = z.strictObject({
  name: z.string().nullable(),
  type: z.string().nullable(),
  controllerSupport: z.enum(['full', 'partial']).nullable(),
  reviewScore: smallint.nullable(),
  reviewPercentage: smallint.nullable(),
  metacriticScore: smallint.nullable(),
  metacriticUrl: z.string().nullable(),
  platforms: z.string().nullable(),
  releaseState: z.string().nullable(),
  parentAppid: appidSchema.nullable(),
  contentDescriptors: wholeNumbers().nullable(),
  languages: objectOf<z.infer<typeof languageSupport>>(
    isLanguageSupport,
    'flags for each language',
  ).nullable(),
  steamReleaseDate: unixSeconds.nullable(),
  originalReleaseDate: unixSeconds.nullable(),
  /** In rank order, the first tag first, without repeats. */
  tagIds: wholeNumbers(),
  genreIds: wholeNumbers(),
  primaryGenreId: z.int().nullable(),
  categoryIds: wholeNumbers(),
  franchises: z.array(z.string()),
  deck: deckReport.nullable(),
});

/** What `extended` carries. */
const extendedSection = z.strictObject({
  isFree: z.boolean().nullable(),
  homepageUrl: z.string().nullable(),
  appState: z.string().nullable(),
  dlcAppids: wholeNumbers(0),
});

/** What the public branch under `depots` carries. */
const depotsSection = z.strictObject({
  lastContentUpdate: unixSeconds.nullable(),
  currentBuildId: z.string().nullable(),
});

/** One app of a product info response, its body still as Steam sent it. */
export interface AppBody {
  appid: number;
  changeNumber: number;
  /** Steam says that a token would show more. */
  missingToken: boolean;
  /** Text KeyValues without the trailing NUL; empty when Steam sent none. Its SHA-1 has been checked. */
  body: Uint8Array;
}

/**
 * One app as one answer of Steam describes it, in the sections Steam keeps it in.
 *
 * A section that is absent was not carried by the answer and must not touch what is stored; a section whose fields are
 * null or empty was carried and says "nothing". A `public` record therefore always has every section, a `restricted` one
 * only those that Steam showed. Developers and publishers stand apart because they come from `common` or, failing that,
 * from `extended`: they are absent when the sections that came do not settle them.
 *
 * Times are Unix seconds, names are trimmed, empty strings are null, numbers fit their columns.
 */
export const appRecordSchema = z.strictObject({
  appid: appidSchema,
  changeNumber: z.int().min(0),
  access: z.enum(['public', 'restricted']),
  common: commonSection.optional(),
  extended: extendedSection.optional(),
  depots: depotsSection.optional(),
  developers: z.array(z.string()).optional(),
  publishers: z.array(z.string()).optional(),
});

export type AppRecord = z.infer<typeof appRecordSchema>;
export type CommonSection = z.infer<typeof commonSection>;
export type ExtendedSection = z.infer<typeof extendedSection>;
export type DepotsSection = z.infer<typeof depotsSection>;
export type DeckReport = z.infer<typeof deckReport>;
export type LanguageSupport = z.infer<typeof languageSupport>;
