import { sql } from 'kysely';
import type { Database } from '../connect-database.ts';

/** Finds the ids of the tags that apps carry and nobody has named yet, in ascending order. */
export async function findUnnamedTagIds(db: Database): Promise<number[]> {
  const unnamed = await db
    .selectFrom('steamTags')
    .select('tagId')
    .where('name', 'is', null)
    .orderBy('tagId')
    .execute();
  return unnamed.map((tag) => tag.tagId);
}

/** Stores names of tags and returns how many were new or different. An empty name never replaces one. */
export async function upsertTagNames(db: Database, names: ReadonlyMap<number, string>): Promise<number> {
  const named = [...names]
    .map(([tagId, name]): [number, string] => [tagId, name.replaceAll('\0', '').trim()])
    .filter(([, name]) => name !== '')
    .sort(([a], [b]) => a - b);
  const stored = await sql`
    insert into steam_tags (tag_id, name)
    select * from unnest(${named.map(([tagId]) => tagId)}::integer[], ${named.map(([, name]) => name)}::text[])
    on conflict (tag_id) do update set name = excluded.name
    where steam_tags.name is distinct from excluded.name
  `.execute(db);
  return Number(stored.numAffectedRows);
}
