import { sql } from 'kysely';
import type { Database } from '../../connection/connect-database.ts';

/** Ids of these kinds are shown by their names. */
export interface NamedIds {
  tags: readonly number[];
  genres: readonly number[];
  categories: readonly number[];
  /** Of apps. */
  dlc: readonly number[];
}

export type Names = Record<keyof NamedIds, ReadonlyMap<number, string>>;

/** The names of tags, genres, categories and apps, in one query; ids whose name is not known are not in the maps. */
export async function findNames(db: Database, { tags, genres, categories, dlc }: NamedIds): Promise<Names> {
  const { rows } = await sql<{ kind: keyof NamedIds; id: number; name: string }>`
    select 'tags' as kind, tag_id as id, name from steam_tags where tag_id = any(${tags}::integer[])
    union all
    select 'genres', genre_id, name from steam_genres where genre_id = any(${genres}::integer[])
    union all
    select 'categories', category_id, name from steam_categories where category_id = any(${categories}::integer[])
    union all
    select 'dlc', appid, name from apps where appid = any(${dlc}::integer[])
  `.execute(db);
  const named = rows.filter(({ name }) => name !== null);
  const namesOf = (kind: keyof NamedIds) =>
    new Map(named.filter((row) => row.kind === kind).map(({ id, name }) => [id, name]));
  return {
    tags: namesOf('tags'),
    genres: namesOf('genres'),
    categories: namesOf('categories'),
    dlc: namesOf('dlc'),
  };
}
