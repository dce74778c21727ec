import type { AppBody, AppRecord } from '@pics/core';
import { type KeyValue, parseKeyValues } from '../../keyvalues/parse-key-values.ts';

/**
 * The rules of extraction implemented a second time, naively and on the whole tree: `extractApp` must agree with it.
 * It shares only the parser, whose trees are tested by writing them back. Limits are not implemented here.
 */
export function naiveExtractApp(entry: AppBody): AppRecord {
  if (entry.body.length === 0 && entry.missingToken) {
    return { appid: entry.appid, changeNumber: entry.changeNumber, access: 'restricted' };
  }
  const root = parseKeyValues(entry.body);
  if (stringOf(root.key).toLowerCase() !== 'appinfo' || !Array.isArray(root.value))
    throw new Error('no appinfo');
  const app = new Block(root.value);
  const claimed = app.text('appid') ?? '';
  if (claimed !== '' && number(claimed, 0, 2_147_483_647) !== entry.appid) throw new Error('another app');

  const access = entry.missingToken || app.flag('public_only') ? 'restricted' : 'public';
  const absent = access === 'public' ? new Block([]) : undefined;
  const common = app.block('common') ?? absent;
  const extended = app.block('extended') ?? absent;
  const depots = app.block('depots') ?? absent;

  const record: AppRecord = { appid: entry.appid, changeNumber: entry.changeNumber, access };
  if (common) record.common = naiveCommon(common);
  if (extended) {
    const items = (extended.column('listofdlc') ?? '')
      .split(',')
      .map((item) => number(item, 1, 2_147_483_647));
    record.extended = {
      isFree: app.block('extended') ? extended.flag('isfreeapp') : null,
      homepageUrl: extended.column('homepage') ?? extended.column('developer_url'),
      appState: extended.column('state'),
      dlcAppids: unique(items.filter((appid) => appid !== null)),
    };
  }
  if (depots) {
    const branch = depots.block('branches')?.block('public');
    record.depots = {
      lastContentUpdate: branch?.time('timeupdated') ?? branch?.time('timebuildupdated') ?? null,
      currentBuildId: branch?.column('buildid') ?? null,
      branches: naiveBranches(depots.block('branches')),
    };
  }
  for (const type of ['developer', 'publisher'] as const) {
    const associated = common ? associations(common, type) : [];
    const single = extended?.column(type);
    if (associated.length > 0) record[`${type}s`] = associated;
    else if (extended) record[`${type}s`] = single ? [single] : [];
  }
  return record;
}

function naiveCommon(common: Block): NonNullable<AppRecord['common']> {
  const controller = common.text('controller_support')?.trim().toLowerCase();
  const systems = (common.column('oslist') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const listed = unique(systems.filter((name) => name !== ''));
  const ordered = ['windows', 'macos', 'linux'].filter((name) => listed.includes(name));
  const others = listed.filter((name) => !ordered.includes(name)).sort();
  const descriptors = common
    .list('content_descriptors')
    .map((value) => number(text(value), -2_147_483_648, 2_147_483_647))
    .filter((descriptor) => descriptor !== null);
  return {
    name: common.column('name'),
    type: common.column('type')?.toLowerCase() ?? null,
    controllerSupport: controller === 'full' || controller === 'partial' ? controller : null,
    reviewScore: number(common.text('review_score'), 1, 9),
    reviewPercentage: number(common.text('review_percentage'), 0, 100),
    metacriticScore: number(common.text('metacritic_score'), 0, 100),
    metacriticUrl: common.column('metacritic_fullurl') ?? common.column('metacritic_url'),
    platforms: [...ordered, ...others].join(',') || null,
    releaseState: common.column('releasestate')?.toLowerCase() ?? null,
    parentAppid: common.id('parent'),
    contentDescriptors: descriptors.length > 0 ? descriptors : null,
    languages: naiveLanguages(common),
    steamReleaseDate: common.time('steam_release_date'),
    originalReleaseDate: common.time('original_release_date'),
    tagIds: ids(common.list('store_tags')),
    genreIds: ids(common.list('genres')),
    primaryGenreId: common.id('primary_genre'),
    categoryIds: naiveCategories(common),
    franchises: associations(common, 'franchise'),
    deck: naiveDeck(common.block('steam_deck_compatibility')),
  };
}

function naiveCategories(common: Block): number[] {
  const flags = new Map<number, boolean>();
  for (const { key, value } of common.block('category')?.entries ?? []) {
    const id = number(/^category_(.*)$/is.exec(key)?.[1], 1, 2_147_483_647);
    if (id !== null && typeof value === 'string' && !flags.has(id)) flags.set(id, flag(value));
  }
  return [...flags]
    .filter(([, set]) => set)
    .map(([id]) => id)
    .sort((a, b) => a - b);
}

function naiveBranches(
  branches: Block | undefined,
): NonNullable<NonNullable<AppRecord['depots']>['branches']> {
  const named = (branches?.entries ?? []).flatMap(({ key, value }) => {
    const name = key.replaceAll('\0', '');
    return value instanceof Block && name !== ''
      ? [[name.toLowerCase(), { name, block: value }] as const]
      : [];
  });
  return firstByKey(named).map(([, { name, block }]) => {
    const buildId = block.column('buildid');
    return {
      name,
      buildId: buildId !== null && buildId.length <= 20 ? buildId : null,
      timeUpdated: block.time('timeupdated') ?? block.time('timebuildupdated'),
      isPasswordRequired: block.flag('pwdrequired'),
      description: block.column('description'),
    };
  });
}

function naiveLanguages(common: Block): NonNullable<AppRecord['common']>['languages'] {
  const store = common
    .block('supported_languages')
    ?.named()
    .flatMap(([language, value]) =>
      value instanceof Block
        ? [
            [
              language,
              {
                supported: value.flag('supported'),
                full_audio: value.flag('full_audio'),
                subtitles: value.flag('subtitles'),
              },
            ] as const,
          ]
        : [],
    );
  if (store && store.length > 0) return Object.fromEntries(firstByKey(store));
  const depots = common
    .block('languages')
    ?.named()
    .flatMap(([language, value]) => (typeof value === 'string' ? [[language, flag(value)] as const] : []));
  const flagged = firstByKey(depots ?? []).filter(([, set]) => set);
  const support = { supported: true, full_audio: false, subtitles: false };
  return flagged.length > 0 ? Object.fromEntries(flagged.map(([language]) => [language, support])) : null;
}

function naiveDeck(deck: Block | undefined): NonNullable<AppRecord['common']>['deck'] {
  if (!deck) return null;
  const tests = deck.list('tests').filter((value) => value instanceof Block);
  const configuration = deck.block('configuration')?.asObject();
  return {
    category: number(deck.text('category'), 0, 3),
    testTimestamp: deck.time('test_timestamp'),
    testedBuildId: deck.column('tested_build_id'),
    steamosCompatibility: number(deck.text('steamos_compatibility'), -32_768, 32_767),
    tests:
      tests.length > 0
        ? tests.map((value) => ({ display: value.column('display'), token: value.column('token') }))
        : null,
    configuration: configuration && deck.block('configuration')?.entries.length ? configuration : null,
  };
}

function associations(common: Block, type: string): string[] {
  const names = common
    .list('associations')
    .map((value) =>
      value instanceof Block && value.text('type')?.toLowerCase() === type ? value.column('name') : null,
    );
  return unique(names.filter((name) => name !== null));
}

type Configuration = { [key: string]: string | Configuration };

/** A block with its texts decoded; lookups take the first fitting entry of the key, in any case. */
class Block {
  readonly entries: { key: string; value: string | Block }[];

  constructor(entries: KeyValue[]) {
    this.entries = entries.map(({ key, value }) => ({
      key: stringOf(key),
      value: Array.isArray(value) ? new Block(value) : stringOf(value),
    }));
  }

  text(key: string): string | undefined {
    return this.entries
      .map((entry) => (sameKey(entry.key, key) ? entry.value : undefined))
      .find((value) => typeof value === 'string');
  }

  block(key: string): Block | undefined {
    return this.entries
      .map((entry) => (sameKey(entry.key, key) ? entry.value : undefined))
      .find((value) => value instanceof Block);
  }

  column(key: string): string | null {
    return this.text(key)?.replaceAll('\0', '').trim() || null;
  }

  flag(key: string): boolean {
    return flag(this.text(key) ?? '');
  }

  id(key: string): number | null {
    return number(this.text(key), 1, 2_147_483_647);
  }

  time(key: string): number | null {
    return number(this.text(key), 1, 8_640_000_000_000);
  }

  /** Values in the order of their keys as numbers. Of equal keys the first with the wanted type of value counts. */
  list(key: string): (string | Block)[] {
    const wanted = ['associations', 'tests'].includes(key) ? 'object' : 'string';
    const entries = (this.block(key)?.entries ?? []).filter(({ value }) => typeof value === wanted);
    const rank = (name: string) => number(name, 0, 2_147_483_647) ?? Number.MAX_VALUE;
    return firstByKey(entries.map((entry) => [entry.key.toLowerCase(), entry] as const))
      .map(([, entry]) => entry)
      .sort((a, b) => rank(a.key) - rank(b.key))
      .map(({ value }) => value);
  }

  /** Entries by key, as languages are. */
  named(): [string, string | Block][] {
    return this.entries
      .map(({ key, value }): [string, string | Block] => [
        key.replaceAll('\0', '').trim().toLowerCase(),
        value,
      ])
      .filter(([key]) => key !== '' && key !== '__proto__');
  }

  asObject(): Configuration {
    const named = this.entries.map(({ key, value }) => [key.replaceAll('\0', ''), value] as const);
    const first = firstByKey(named.map((pair) => [pair[0].toLowerCase(), pair] as const)).map(
      ([, pair]) => pair,
    );
    const kept = first.filter(([key]) => key !== '__proto__' && key.toLowerCase() !== '__proto__');
    return Object.fromEntries(
      kept.map(([key, value]) => [
        key,
        value instanceof Block ? value.asObject() : value.replaceAll('\0', ''),
      ]),
    );
  }
}

function stringOf(exact: string | Uint8Array): string {
  return typeof exact === 'string' ? exact : new TextDecoder('utf-8', { ignoreBOM: true }).decode(exact);
}

function text(value: string | Block): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Equal without regard to the case of ASCII letters. */
function sameKey(key: string, wanted: string): boolean {
  return key.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) === wanted;
}

function number(value: string | undefined, min: number, max: number): number | null {
  if (value === undefined || !/^-?\d+$/.test(value.trim())) return null;
  const parsed = Number(value);
  return parsed >= min && parsed <= max ? parsed : null;
}

function flag(value: string): boolean {
  return ['1', 'true'].includes(value.trim().toLowerCase());
}

function ids(values: (string | Block)[]): number[] {
  return unique(values.map((value) => number(text(value), 1, 2_147_483_647)).filter((id) => id !== null));
}

function unique<Value>(values: Value[]): Value[] {
  return [...new Set(values)];
}

function firstByKey<Value>(pairs: readonly (readonly [string, Value])[]): [string, Value][] {
  const first = new Map<string, Value>();
  for (const [key, value] of pairs) if (!first.has(key)) first.set(key, value);
  return [...first];
}
