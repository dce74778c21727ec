import type { AppRecord } from '@pics/core';
import type { AddedNames } from './add-names.ts';
import type { LinkChanges } from './diff-links.ts';
import { LINK_FAMILIES } from './link-families.ts';

/** What writing did to the rows of one table. */
export interface RowCounts {
  added: number;
  changed: number;
  removed: number;
  /** Compared, and left alone. */
  unchanged: number;
}

/** The same by table. */
export type RowChanges = Record<string, RowCounts>;

const NONE: RowCounts = { added: 0, changed: 0, removed: 0, unchanged: 0 };

/** What the statements of a write are known to have done, by their names; see `writeOutcomes`. */
export type StatementCounts = ReadonlyMap<string, number>;

/** Statements whose rows only Postgres knows the number of: all others are told by what they were made of. */
export const COUNTED_STATEMENTS: ReadonlySet<string> = new Set([
  'changed',
  'removed',
  'deck_added',
  'deck_changed',
  'deck_gone',
  ...LINK_FAMILIES.flatMap(({ ids }) => (ids ? [`${ids.table}_added`] : [])),
]);

export interface Written {
  statements: StatementCounts;
  /** Apps that were stored for the first time. */
  fresh: readonly AppRecord[];
  links: readonly LinkChanges[];
  names: AddedNames;
  records: number;
  deckReports: number;
  settlements: number;
}

/** Counts what a write did to the rows of each table, names and ids that were there before left out. */
export function countRows({
  statements,
  fresh,
  links,
  names,
  records,
  deckReports,
  settlements,
}: Written): RowChanges {
  const count = (name: string) => statements.get(name) ?? 0;
  const deckAdded = count('deck_added') + fresh.filter(({ common }) => common?.deck).length;
  const changes: RowChanges = {
    apps: {
      added: fresh.length,
      changed: count('changed') + count('removed'),
      removed: 0,
      unchanged: records - fresh.length - count('changed'),
    },
    app_steam_deck: {
      added: deckAdded,
      changed: count('deck_changed'),
      removed: count('deck_gone'),
      unchanged: deckReports - deckAdded - count('deck_changed'),
    },
    sync_status: { ...NONE, changed: settlements },
  };
  for (const [table, added] of Object.entries(names)) changes[table] = { ...NONE, added };
  for (const { family, added, changed, gone, unchanged } of links) {
    changes[family.table] = { added: added.length, changed: changed.length, removed: gone.length, unchanged };
    if (family.ids) changes[family.ids.table] = { ...NONE, added: count(`${family.ids.table}_added`) };
  }
  return changes;
}

/** Adds up two counts of the same tables. */
export function addRowChanges(one: RowChanges, other: RowChanges): RowChanges {
  const tables = new Set([...Object.keys(one), ...Object.keys(other)]);
  const sum = (table: string, change: keyof RowCounts) =>
    (one[table] ?? NONE)[change] + (other[table] ?? NONE)[change];
  return Object.fromEntries(
    [...tables].map((table) => [
      table,
      {
        added: sum(table, 'added'),
        changed: sum(table, 'changed'),
        removed: sum(table, 'removed'),
        unchanged: sum(table, 'unchanged'),
      },
    ]),
  );
}
