import type { KeyValuesObject } from 'kvparser';
import type { AppInfo, Common, Depots, Extended } from '../../packages/appinfo/src/extract/app-info.ts';
import type { Entry, EntryTree } from '../../packages/appinfo/src/keyvalues/select-key-values.ts';

type Value = KeyValuesObject[string];

/**
 * Picks what extraction needs from kvparser's tree, so that the peers use the project's own extraction. Plain property
 * accesses: parsing with kvparser takes twenty times as long.
 */
export function pickAppInfo(appinfo: KeyValuesObject): Partial<AppInfo> {
  return {
    appid: text(appinfo['appid']),
    public_only: text(appinfo['public_only']),
    common: pickCommon(block(appinfo['common'])),
    extended: pickExtended(block(appinfo['extended'])),
    depots: pickDepots(block(appinfo['depots'])),
  };
}

function pickCommon(common: KeyValuesObject | undefined): Common | undefined {
  if (common === undefined) return undefined;
  return {
    name: text(common['name']),
    type: text(common['type']),
    parent: text(common['parent']),
    releasestate: text(common['releasestate']),
    oslist: text(common['oslist']),
    controller_support: text(common['controller_support']),
    steam_release_date: text(common['steam_release_date']),
    original_release_date: text(common['original_release_date']),
    review_score: text(common['review_score']),
    review_percentage: text(common['review_percentage']),
    metacritic_score: text(common['metacritic_score']),
    metacritic_fullurl: text(common['metacritic_fullurl']),
    metacritic_url: text(common['metacritic_url']),
    store_tags: texts(common['store_tags']),
    genres: texts(common['genres']),
    primary_genre: text(common['primary_genre']),
    category: texts(common['category']),
    content_descriptors: texts(common['content_descriptors']),
    associations: blocks(common['associations'], ({ type, name }) => ({
      type: text(type),
      name: text(name),
    })),
    supported_languages: blocks(common['supported_languages'], ({ supported, full_audio, subtitles }) => ({
      supported: text(supported),
      full_audio: text(full_audio),
      subtitles: text(subtitles),
    })),
    languages: texts(common['languages']),
    steam_deck_compatibility: pickDeckReport(block(common['steam_deck_compatibility'])),
  };
}

function pickDeckReport(report: KeyValuesObject | undefined): Common['steam_deck_compatibility'] {
  if (report === undefined) return undefined;
  const configuration = block(report['configuration']);
  return {
    category: text(report['category']),
    test_timestamp: text(report['test_timestamp']),
    tested_build_id: text(report['tested_build_id']),
    steamos_compatibility: text(report['steamos_compatibility']),
    tests: blocks(report['tests'], ({ display, token }) => ({
      display: text(display),
      token: text(token),
    })),
    configuration: configuration && tree(configuration),
  };
}

function pickExtended(extended: KeyValuesObject | undefined): Extended | undefined {
  if (extended === undefined) return undefined;
  return {
    isfreeapp: text(extended['isfreeapp']),
    homepage: text(extended['homepage']),
    developer_url: text(extended['developer_url']),
    state: text(extended['state']),
    listofdlc: text(extended['listofdlc']),
    developer: text(extended['developer']),
    publisher: text(extended['publisher']),
  };
}

function pickDepots(depots: KeyValuesObject | undefined): Depots | undefined {
  if (depots === undefined) return undefined;
  return {
    branches: blocks(depots['branches'], (branch) => ({
      buildid: text(branch['buildid']),
      timeupdated: text(branch['timeupdated']),
      timebuildupdated: text(branch['timebuildupdated']),
      pwdrequired: text(branch['pwdrequired']),
      description: text(branch['description']),
    })),
  };
}

function text(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function block(value: Value): KeyValuesObject | undefined {
  return typeof value === 'object' ? value : undefined;
}

function texts(value: Value): Entry<string>[] | undefined {
  const list = block(value);
  if (list === undefined) return undefined;
  const entries: Entry<string>[] = [];
  for (const key in list) {
    const entry = list[key];
    if (typeof entry === 'string') entries.push({ key, value: entry });
  }
  return entries;
}

function blocks<Of>(value: Value, pick: (entry: KeyValuesObject) => Of): Entry<Of>[] | undefined {
  const list = block(value);
  if (list === undefined) return undefined;
  const entries: Entry<Of>[] = [];
  for (const key in list) {
    const entry = list[key];
    if (typeof entry === 'object') entries.push({ key, value: pick(entry) });
  }
  return entries;
}

function tree(value: KeyValuesObject): EntryTree {
  const entries: EntryTree = [];
  for (const key in value) {
    const entry = value[key];
    if (entry !== undefined) entries.push({ key, value: typeof entry === 'string' ? entry : tree(entry) });
  }
  return entries;
}
