import type { AppRecord } from '@pics/core';
import type { NameIds } from './resolve-names.ts';

/** One link of an app: the other's id, and what the link says besides (a rank; 1 for a mark), if anything. */
export type Link = readonly [id: number, extra: number | null];

/** A table that links apps to something, and how to read its rows off a record. */
export interface LinkFamily {
  table: string;
  /** The column of the other's id. */
  key: string;
  /** The column of what the link says besides. */
  extra?: { column: string; type: 'smallint' | 'boolean' };
  /** The table whose rows the links point at, when it gets a row for every id, named or not. */
  ids?: { table: string; column: string };
  /** The links of this record; undefined when its answer says nothing of them, and what is stored stays. */
  linksOf: (record: AppRecord, names: NameIds) => Link[] | undefined;
}

export const LINK_FAMILIES: readonly LinkFamily[] = [
  {
    table: 'app_steam_tags',
    key: 'tag_id',
    extra: { column: 'rank', type: 'smallint' },
    ids: { table: 'steam_tags', column: 'tag_id' },
    linksOf: ({ common }) => common?.tagIds.map((tagId, index) => [tagId, index + 1]),
  },
  {
    table: 'app_genres',
    key: 'genre_id',
    extra: { column: 'is_primary', type: 'boolean' },
    ids: { table: 'steam_genres', column: 'genre_id' },
    linksOf: ({ common }) =>
      common?.genreIds.map((genreId) => [genreId, genreId === common.primaryGenreId ? 1 : 0]),
  },
  {
    table: 'app_categories',
    key: 'category_id',
    ids: { table: 'steam_categories', column: 'category_id' },
    linksOf: ({ common }) => common?.categoryIds.map(plain),
  },
  {
    table: 'app_franchises',
    key: 'franchise_id',
    linksOf: ({ common }, names) => common?.franchises.map((name) => named(name, names.franchises)),
  },
  {
    table: 'app_developers',
    key: 'developer_id',
    linksOf: ({ developers }, names) => developers?.map((name) => named(name, names.developers)),
  },
  {
    table: 'app_publishers',
    key: 'publisher_id',
    linksOf: ({ publishers }, names) => publishers?.map((name) => named(name, names.publishers)),
  },
  {
    table: 'app_dlc',
    key: 'dlc_appid',
    linksOf: ({ extended }) => extended?.dlcAppids.map(plain),
  },
];

function plain(id: number): Link {
  return [id, null];
}

function named(name: string, ids: ReadonlyMap<string, number>): Link {
  const id = ids.get(name.toWellFormed());
  if (id === undefined) throw new Error(`no id for the name ${name}`);
  return [id, null];
}
