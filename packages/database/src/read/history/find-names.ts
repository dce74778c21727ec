import type { Changes } from '@pics/core';
import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';

/** The sets whose members are ids. */
const SETS = ['tags', 'genres', 'categories', 'dlc'] as const;

type NamedSet = (typeof SETS)[number];

/**
 * Finds the names of the tags, genres, categories and DLC in these changes, with one query.
 *
 * @returns a function from a set and an id in it to the name, which returns undefined if no name is known.
 */
export async function findNames(
  db: Database,
  changes: readonly Changes[],
): Promise<(set: string, id: number) => string | undefined> {
  const idsOf = (set: NamedSet) => [...new Set(changes.flatMap((one) => membersOf(one[set])))];
  if (SETS.every((set) => idsOf(set).length === 0)) return () => undefined;
  const { rows } = await sql<{ set: NamedSet; id: number; name: string }>`
    select 'tags' as set, tag_id as id, name from steam_tags where tag_id = any(${idsOf('tags')}::integer[])
    union all
    select 'genres', genre_id, name from steam_genres where genre_id = any(${idsOf('genres')}::integer[])
    union all
    select 'categories', category_id, name from steam_categories where category_id = any(${idsOf('categories')}::integer[])
    union all
    select 'dlc', appid, name from apps where appid = any(${idsOf('dlc')}::integer[])
  `.execute(db);
  const names = new Map(rows.map(({ set, id, name }) => [`${set} ${id}`, name]));
  return (set, id) => names.get(`${set} ${id}`) ?? undefined;
}

function membersOf(change: Changes[string] | undefined): number[] {
  if (!change || !('added' in change && 'removed' in change)) return [];
  return [change.added, change.removed].flat().filter((member) => typeof member === 'number');
}
