import type { AppRecord } from '@pics/core';
import type { NameIds } from './names.ts';

/** The links of an app in one table. */
export interface Links {
  /** The others' ids, each of them once. */
  ids: readonly number[];
  /** What each link says besides (a rank; 1 for a mark, else 0), in the order of the ids, if it says anything. */
  extras?: readonly number[];
}

/** A table that links apps to something, and how to read its rows off a record. */
export interface LinkFamily {
  table: string;
  /** The column of the other's id. */
  key: string;
  /** The column of what the link says besides. */
  extra?: { column: string; type: 'smallint' | 'boolean' };
  /** What the links point at, if Steam may not name what is not there. */
  parent?: Parent;
  /** The links of this record; undefined when its answer says nothing of them, and what is stored stays. */
  linksOf: (record: AppRecord, names: NameIds) => Links | undefined;
}

/** A table that others' rows point at. */
export interface Parent {
  table: string;
  /** Its key. */
  column: string;
  /** Whether it gets a row for every id, without a name as long as nobody knows one. */
  takesAnyId: boolean;
}

export const LINK_FAMILIES: readonly LinkFamily[] = [
  {
    table: 'app_steam_tags',
    key: 'tag_id',
    extra: { column: 'rank', type: 'smallint' },
    parent: { table: 'steam_tags', column: 'tag_id', takesAnyId: true },
    linksOf: ({ common }) => {
      if (!common) return undefined;
      const ids = distinct(common.tagIds);
      return { ids, extras: ids.map((_, index) => index + 1) };
    },
  },
  {
    table: 'app_genres',
    key: 'genre_id',
    extra: { column: 'is_primary', type: 'boolean' },
    parent: { table: 'steam_genres', column: 'genre_id', takesAnyId: true },
    linksOf: ({ common }) => {
      if (!common) return undefined;
      const ids = distinct(common.genreIds);
      return { ids, extras: ids.map((genreId) => (genreId === common.primaryGenreId ? 1 : 0)) };
    },
  },
  {
    table: 'app_categories',
    key: 'category_id',
    parent: { table: 'steam_categories', column: 'category_id', takesAnyId: true },
    linksOf: ({ common }) => common && { ids: distinct(common.categoryIds) },
  },
  {
    table: 'app_franchises',
    key: 'franchise_id',
    parent: { table: 'franchises', column: 'id', takesAnyId: false },
    linksOf: ({ common }, names) => common && { ids: named(common.franchises, names.franchises) },
  },
  {
    table: 'app_developers',
    key: 'developer_id',
    parent: { table: 'developers', column: 'id', takesAnyId: false },
    linksOf: ({ developers }, names) => developers && { ids: named(developers, names.developers) },
  },
  {
    table: 'app_publishers',
    key: 'publisher_id',
    parent: { table: 'publishers', column: 'id', takesAnyId: false },
    linksOf: ({ publishers }, names) => publishers && { ids: named(publishers, names.publishers) },
  },
  {
    table: 'app_dlc',
    key: 'dlc_appid',
    linksOf: ({ extended }) => extended && { ids: distinct(extended.dlcAppids) },
  },
];

/** Up to so many ids it costs less to compare each with all others than to make a set of them. */
const FEW = 32;

function distinct(ids: readonly number[]): readonly number[] {
  if (ids.length <= FEW && ids.every((id, index) => ids.indexOf(id) === index)) return ids;
  const set = new Set(ids);
  return set.size === ids.length ? ids : [...set];
}

function named(names: readonly string[], ids: ReadonlyMap<string, number>): readonly number[] {
  return distinct(
    names.map((name) => {
      const id = ids.get(name.toWellFormed());
      if (id === undefined) throw new Error(`no id for the name ${name}`);
      return id;
    }),
  );
}
