import type { CommonSection } from '@pics/core';
import type { Common } from './app-info.ts';
import { MAX_INTEGER, toFlag, toId, toInteger, toText, toTimestamp } from './column-values.ts';
import { extractDeckReport } from './extract-deck-report.ts';
import { extractLanguages } from './extract-languages.ts';
import { extractAssociated } from './extract-names.ts';
import { idsInOrder, inOrder } from './numbered-lists.ts';

/**
 * The fields of `common`, all null and empty without one. Where a field comes from is in its comment, or in that of its
 * function.
 */
export function extractCommon(common: Partial<Common>): CommonSection {
  return {
    /** common.name */
    name: toText(common.name, 'common.name'),
    /** common.type, in lower case, unknown types too; an absent type is not "game". */
    type: toText(common.type, 'common.type')?.toLowerCase() ?? null,
    /** common.parent; it may name an app that does not exist. */
    parentAppid: toId(common.parent),
    /** common.releasestate, in lower case; many released games have none. */
    releaseState: toText(common.releasestate, 'common.releasestate')?.toLowerCase() ?? null,
    /** common.steam_release_date and original_release_date, UTC. */
    steamReleaseDate: toTimestamp(common.steam_release_date),
    originalReleaseDate: toTimestamp(common.original_release_date),
    platforms: extractPlatforms(common.oslist),
    controllerSupport: extractControllerSupport(common.controller_support),
    /** common.review_score, review_percentage and metacritic_score; empty is null, not 0. */
    reviewScore: toInteger(common.review_score, 1, 9),
    reviewPercentage: toInteger(common.review_percentage, 0, 100),
    metacriticScore: toInteger(common.metacritic_score, 0, 100),
    /** common.metacritic_fullurl, which is absolute; else metacritic_url, which is relative. */
    metacriticUrl:
      toText(common.metacritic_fullurl, 'common.metacritic_fullurl') ??
      toText(common.metacritic_url, 'common.metacritic_url'),
    /** common.store_tags.{n}: the order is the rank. */
    tagIds: idsInOrder(common.store_tags),
    /** common.genres.{n}; 0 means none. */
    genreIds: idsInOrder(common.genres),
    /** common.primary_genre; it may be missing from the genres. */
    primaryGenreId: toId(common.primary_genre),
    categoryIds: extractCategoryIds(common.category),
    contentDescriptors: extractContentDescriptors(common.content_descriptors),
    languages: extractLanguages(common.supported_languages, common.languages),
    franchises: extractAssociated('franchise', common.associations),
    deck: extractDeckReport(common.steam_deck_compatibility),
  };
}

const PLATFORMS = ['windows', 'macos', 'linux'];

/**
 * `common.oslist`, a comma list whose order varies: windows, macos, linux in this order, then others in
 * alphabetical order, in lower case, each once.
 */
function extractPlatforms(oslist: Common['oslist']): string | null {
  const text = toText(oslist, 'common.oslist')?.toLowerCase();
  if (text === undefined) return null;
  if (!text.includes(',')) return text;
  const names = text.split(',').map((name) => name.trim());
  const known = PLATFORMS.filter((platform) => names.includes(platform));
  const others = names.filter((name) => name !== '' && !PLATFORMS.includes(name));
  return [...known, ...new Set(others.sort())].join(',') || null;
}

/** `common.controller_support`: full or partial; "none" and anything else is null. */
function extractControllerSupport(value: Common['controller_support']): 'full' | 'partial' | null {
  const support = value?.trim().toLowerCase();
  return support === 'full' || support === 'partial' ? support : null;
}

/** `common.category.category_{id}`: the id is in the key, and the value says whether it applies. In ascending order. */
function extractCategoryIds(category: Common['category']): number[] {
  const seen: number[] = [];
  const ids: number[] = [];
  for (const { key, value } of category ?? []) {
    if (!key.toLowerCase().startsWith('category_')) continue;
    const id = toId(key.slice('category_'.length));
    if (id === null || seen.includes(id)) continue;
    seen.push(id);
    if (toFlag(value)) ids.push(id);
  }
  return ids.sort((a, b) => a - b);
}

/** `common.content_descriptors.{n}`: numbers; null when there are none. */
function extractContentDescriptors(list: Common['content_descriptors']): number[] | null {
  const descriptors = inOrder(list)
    .map((value) => toInteger(value, -MAX_INTEGER - 1, MAX_INTEGER))
    .filter((descriptor) => descriptor !== null);
  return descriptors.length === 0 ? null : descriptors;
}
