import type { AppRecord, Changes, Json } from '@pics/core';

/**
 * The rules of what a change is implemented a second time, naively, on what `naiveExtractApp` makes of two bodies: every fact is
 * written out under its name, and two lists of facts are compared. `diffRecords` of what `extractApp` makes of them must agree.
 */
export function naiveDiff(before: AppRecord, after: AppRecord): Changes {
  const changes: Changes = {};
  const compared = factsOf(after);
  const known = factsOf(before);
  for (const [field, value] of Object.entries(compared)) {
    if (value === undefined) continue;
    const previous = known[field] ?? null;
    if (SETS.includes(field)) {
      const added = list(value).filter((member) => !list(previous).includes(member));
      const removed = list(previous).filter((member) => !list(value).includes(member));
      if (added.length + removed.length > 0) changes[field] = { added, removed };
    } else if (field === 'languages') {
      const changed = compareMaps(previous, value);
      if (changed.length > 0) changes[field] = Object.fromEntries(changed);
    } else if (field === 'branches') {
      for (const [name, change] of compareMaps(previous, value)) changes[`branches.${name}`] = change;
    } else if (meaning(previous) !== meaning(value)) {
      if (field === 'is_free' && value === null) continue;
      changes[field] = { old: previous, new: value };
    }
  }
  return changes;
}

const SETS = ['tags', 'genres', 'categories', 'developers', 'publishers', 'franchises', 'dlc'];

type Facts = Record<string, Json | undefined>;

/** Every fact in a record, by the name of its field in a change; those of a section that it lacks are missing. */
function factsOf({ access, common, extended, depots, developers, publishers }: AppRecord): Facts {
  const facts: Facts = { pics_access: access };
  if (common) {
    facts['name'] = common.name;
    facts['type'] = common.type;
    facts['controller_support'] = common.controllerSupport;
    facts['pics_review_score'] = common.reviewScore;
    facts['pics_review_percentage'] = common.reviewPercentage;
    facts['metacritic_score'] = common.metacriticScore;
    facts['metacritic_url'] = common.metacriticUrl;
    facts['platforms'] = common.platforms;
    facts['release_state'] = common.releaseState;
    facts['parent_appid'] = common.parentAppid;
    facts['content_descriptors'] = common.contentDescriptors;
    facts['steam_release_date'] = time(common.steamReleaseDate);
    facts['original_release_date'] = time(common.originalReleaseDate);
    facts['languages'] = { ...common.languages };
    facts['tags'] = common.tagIds;
    facts['genres'] = common.genreIds;
    facts['categories'] = common.categoryIds;
    facts['franchises'] = common.franchises;
    facts['deck'] = common.deck && {
      category: common.deck.category,
      status: ['unknown', 'unsupported', 'playable', 'verified'][common.deck.category ?? -1] ?? null,
      test_timestamp: time(common.deck.testTimestamp),
      tested_build_id: common.deck.testedBuildId,
      steamos_compatibility: common.deck.steamosCompatibility,
      tests: common.deck.tests,
      configuration: common.deck.configuration,
    };
  }
  if (extended) {
    facts['is_free'] = extended.isFree;
    facts['homepage_url'] = extended.homepageUrl;
    facts['app_state'] = extended.appState;
    facts['dlc'] = extended.dlcAppids;
  }
  if (depots) {
    facts['last_content_update'] = time(depots.lastContentUpdate);
    facts['current_build_id'] = depots.currentBuildId;
    facts['branches'] = Object.fromEntries(
      (depots.branches ?? []).map((branch) => [
        branch.name,
        {
          build_id: branch.buildId,
          time_updated: time(branch.timeUpdated),
          is_password_required: branch.isPasswordRequired,
          description: branch.description,
        },
      ]),
    );
  }
  if (developers) facts['developers'] = developers;
  if (publishers) facts['publishers'] = publishers;
  return facts;
}

/** Written digit by digit, because `Date` has no years after 275760 and a different format for those after 9999. */
function time(seconds: number | null): string | null {
  if (seconds === null) return null;
  const days = Math.floor(seconds / 86_400);
  const pair = (number: number) => String(number).padStart(2, '0');
  const clock = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(pair);
  return `${date(days)}T${clock.join(':')}+00:00`;
}

/** The date of a day after 1970-01-01, counted in eras of 400 years that begin in March (Howard Hinnant, "chrono-compatible dates"). */
function date(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const calendarMonth = month < 10 ? month + 3 : month - 9;
  const year = yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0);
  return [
    String(year).padStart(4, '0'),
    String(calendarMonth).padStart(2, '0'),
    String(day).padStart(2, '0'),
  ].join('-');
}

function compareMaps(old: Json, next: Json): [name: string, change: { old: Json; new: Json }][] {
  const [before, after] = [map(old), map(next)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, change: { old: before.get(name) ?? null, new: after.get(name) ?? null } }))
    .filter(({ change }) => meaning(change.old) !== meaning(change.new))
    .map(({ name, change }) => [name, change]);
}

/** The same text for equivalent values: sorted, and without empty ones. */
function meaning(value: Json): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map((one: Json) => meaning(one)))].sort().join()}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== null);
  if (entries.length === 0) return 'null';
  return `{${entries
    .map(([key, one]) => `${key}:${meaning(one)}`)
    .sort()
    .join()}}`;
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function map(value: Json): Map<string, Json> {
  return new Map(isMap(value) ? Object.entries(value) : []);
}

function list(value: Json): (number | string)[] {
  return Array.isArray(value) ? value : [];
}
