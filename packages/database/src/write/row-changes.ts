import { snakeCase } from '@pics/core';
import type { Schema } from '../schema.ts';

/** What writing did to the rows of one table. */
export interface RowCounts {
  added: number;
  changed: number;
  removed: number;
  /** Compared, and left alone. */
  unchanged: number;
}

/** The same by the name of the table in Postgres. */
export type RowChanges = Record<string, RowCounts>;

const NONE: RowCounts = { added: 0, changed: 0, removed: 0, unchanged: 0 };

/** Counts of which those that are left out are 0. */
export function rowCounts(counts: Partial<RowCounts>): RowCounts {
  return { ...NONE, ...counts };
}

/** Counts what an upsert returned, out of so many rows that it compared. */
export function countUpserted(
  upserted: readonly { isNew: boolean }[],
  { compared, removed = 0 }: { compared: number; removed?: number },
): RowCounts {
  const added = upserted.filter(({ isNew }) => isNew).length;
  return { added, changed: upserted.length - added, removed, unchanged: compared - upserted.length };
}

/** Names these tables as Postgres does. */
export function nameTables(counts: { [Table in keyof Schema]?: RowCounts }): RowChanges {
  return Object.fromEntries(Object.entries(counts).map(([table, rows]) => [snakeCase(table), rows]));
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
