import type { AddedNames } from './add-names.ts';
import type { Changes } from './changes.ts';
import type { PartCounts } from './write-changes.ts';

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

/** Counts what a write did to the rows of each table, names and ids that were there before left out. */
export function countRows(changes: Changes, counts: PartCounts, names: AddedNames): RowChanges {
  const count = (part: string) => counts.get(part) ?? 0;
  const { fresh, known, decks, links, settlements } = changes;
  const rows: RowChanges = {
    apps: {
      added: fresh.length,
      changed: count('changed') + count('removed'),
      removed: 0,
      unchanged: known.length - count('changed'),
    },
    app_steam_deck: {
      added: count('deck_added'),
      changed: count('deck_changed'),
      removed: count('deck_gone'),
      unchanged: decks.length - count('deck_added') - count('deck_changed'),
    },
    sync_status: { ...NONE, changed: settlements.length },
  };
  for (const [table, namesAdded] of Object.entries(names)) rows[table] = { ...NONE, added: namesAdded };
  if (fresh.length + known.length === 0) return rows; // No answer that says anything of links.
  for (const { family, ...change } of links) {
    rows[family.table] = {
      added: change.added.length,
      changed: change.changed.length,
      removed: change.gone.length,
      unchanged: change.unchanged,
    };
    const { parent } = family;
    if (parent?.takesAnyId) rows[parent.table] = { ...NONE, added: count(`${parent.table}_added`) };
  }
  return rows;
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
