import type { Database } from '../connection/connect-database.ts';
import { unnest } from '../connection/unnest.ts';

/** Finds the ids of tags without a name, in ascending order. */
export async function findUnnamedTagIds(db: Database): Promise<number[]> {
  const unnamed = await db
    .selectFrom('steamTags')
    .select('tagId')
    .where('name', 'is', null)
    .orderBy('tagId')
    .execute();
  return unnamed.map((tag) => tag.tagId);
}

/** Stores names of tags and returns how many were new or different. An empty name never replaces a name. */
export async function upsertTagNames(db: Database, names: ReadonlyMap<number, string>): Promise<number> {
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
        .where('steamTags.name', 'is distinct from', (expression) => expression.ref('excluded.name')),
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows);
}
