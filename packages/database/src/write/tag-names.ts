import type { KeptColumns } from '@pics/core';
import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { unnest } from '../connection/unnest.ts';
import { placeholderOf } from './ids.ts';

/** Finds the ids of tags without a name, or with a placeholder instead, in ascending order. */
export async function findUnnamedTagIds(db: Database): Promise<number[]> {
  const unnamed = await db
    .selectFrom('steamTags')
    .select('tagId')
    .where((eb) => eb.or([eb('name', 'is', null), eb('name', '=', placeholderOf('steamTags', 'tagId'))]))
    .orderBy('tagId')
    .execute();
  return unnamed.map((tag) => tag.tagId);
}

/**
 * Stores names of tags and returns how many were new or different. An empty name never replaces a name, and no name replaces one
 * that is kept.
 */
export async function upsertTagNames(
  db: Database,
  names: ReadonlyMap<number, string>,
  keep: KeptColumns = [],
): Promise<number> {
  const isKept = keep.includes('steam_tags') || keep.includes('steam_tags.name');
  const isUnnamed = sql<boolean>`(steam_tags.name is null or steam_tags.name = ${placeholderOf('steamTags', 'steamTags.tagId')})`;
  const named = [...names]
    .map(([tagId, name]) => ({ tagId, name: name.replaceAll('\0', '').trim() }))
    .filter(({ name }) => name !== '')
    .sort((a, b) => a.tagId - b.tagId);
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('steamTags')
    .columns(['tagId', 'name'])
    .expression((eb) =>
      eb.selectFrom(unnest(named, { tagId: 'integer', name: 'text' })).select(['tagId', 'name']),
    )
    .onConflict((conflict) =>
      conflict
        .column('tagId')
        .doUpdateSet((eb) => ({ name: eb.ref('excluded.name') }))
        .where('steamTags.name', 'is distinct from', (expression) => expression.ref('excluded.name'))
        .where(isKept ? isUnnamed : sql.lit(true)),
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows);
}
