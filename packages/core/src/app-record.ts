import { z } from 'zod';
import { appidSchema, wholeNumbers } from './whole-numbers.ts';

const smallint = z.int().min(-32_768).max(32_767);
const unixSeconds = z.int();

/** The support for one language: from the store's language table, or from depot languages, where only `supported` is known. */
const languageSupport = z.object({
  supported: z.boolean(),
  full_audio: z.boolean(),
  subtitles: z.boolean(),
});

/**
 * An object whose values all pass. It is checked without being copied: a schema copies everything it checks, and a record has
 * up to thirty languages.
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
  return isObject(value) && FLAGS.every((flag) => typeof value[flag] === 'boolean');
}

const deckReport = z.object({
  /** 0 unknown, 1 unsupported, 2 playable, 3 verified; null when Steam sent none or an unknown value. */
  category: smallint.nullable(),
  testTimestamp: unixSeconds.nullable(),
  testedBuildId: z.string().nullable(),
  steamosCompatibility: smallint.nullable(),
  tests: z.array(z.object({ display: z.string().nullable(), token: z.string().nullable() })).nullable(),
  configuration: objectOf<z.core.util.JSONType>(() => true, 'an object').nullable(),
});

/** The fields of `common`. */
const commonSection = z.object({
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

/** The fields of `extended`. */
const extendedSection = z.object({
  isFree: z.boolean().nullable(),
  homepageUrl: z.string().nullable(),
  appState: z.string().nullable(),
  dlcAppids: wholeNumbers(0),
});

/** A branch of an app: a line of builds that users can choose. */
export interface Branch {
  /** As Steam has it, blanks and case included; never empty, at most 2,048 bytes. */
  name: string;
  /** At most 20 characters: an unsigned 64-bit number. */
  buildId: string | null;
  /** When the branch last got a build, in Unix seconds. */
  timeUpdated: number | null;
  isPasswordRequired: boolean;
  description: string | null;
}

function isBranch(value: unknown): value is Branch {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    isTextOrNull(value['buildId']) &&
    (value['timeUpdated'] === null || Number.isInteger(value['timeUpdated'])) &&
    typeof value['isPasswordRequired'] === 'boolean' &&
    isTextOrNull(value['description'])
  );
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

/** The fields of `depots`; the first two are those of the public branch. */
const depotsSection = z.object({
  lastContentUpdate: unixSeconds.nullable(),
  currentBuildId: z.string().nullable(),
  /** Every branch, including the public one. Names differ in more than case. Absent only in jobs of older versions. */
  branches: z
    .custom<Branch[]>((value) => Array.isArray(value) && value.every(isBranch), {
      error: 'expected branches',
    })
    .optional(),
});

/** A SHA-1 in hex. */
export const sha1Schema = z.string().regex(/^[0-9a-f]{40}$/);

/** One app of a product info response, its body still as Steam sent it. */
export interface AppBody {
  appid: number;
  changeNumber: number;
  /** Whether Steam says that it would send more with an access token. */
  missingToken: boolean;
  /** Text KeyValues without the trailing NUL; empty when Steam sent none. Its SHA-1 has been checked. */
  body: Uint8Array;
  /** The SHA-1 that Steam announced for the body, in hex; absent when it announced none. */
  sha1?: string;
}

/**
 * One app as one response of Steam describes it, by Steam's own sections.
 *
 * A section that is absent was not in the response and must not change what is stored; a section with null or empty fields
 * was in it and is empty. A `public` record therefore always has every section, a `restricted` one only those that Steam
 * sent. Developers and publishers are separate because they come from `common` or, failing that, from `extended`: they are
 * absent when the sections in the response do not determine them.
 *
 * Times are Unix seconds, names are trimmed, empty strings are null, numbers fit their columns.
 */
export const appRecordSchema = z.object({
  appid: appidSchema,
  changeNumber: z.int().min(0),
  access: z.enum(['public', 'restricted']),
  /** The SHA-1 that Steam announced for the whole body; only in a public record. Scans compare it with newer ones. */
  sha1: sha1Schema.optional(),
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
