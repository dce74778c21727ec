import { expect, test } from 'vitest';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { findUnnamedTagIds, upsertTagNames } from './tag-names.ts';

test('names of tags are stored, changed, and never replaced by nothing', async () => {
  const { db } = await freshDatabase();
  await db
    .insertInto('steamTags')
    .values([{ tagId: 19 }, { tagId: 21, name: 'Adventure' }, { tagId: 7 }])
    .execute();
  expect(await findUnnamedTagIds(db)).toEqual([7, 19]);
  expect(
    await upsertTagNames(
      db,
      new Map([
        [19, ' Action '],
        [21, ''],
        [492, 'Indie'],
      ]),
    ),
  ).toBe(2);
  expect(
    await upsertTagNames(
      db,
      new Map([
        [19, 'Action'],
        [492, 'Independent'],
      ]),
    ),
  ).toBe(1);
  expect(await findUnnamedTagIds(db)).toEqual([7]);
  expect(await db.selectFrom('steamTags').selectAll().orderBy('tagId').execute()).toEqual([
    { tagId: 7, name: null },
    { tagId: 19, name: 'Action' },
    { tagId: 21, name: 'Adventure' },
    { tagId: 492, name: 'Independent' },
  ]);
  expect(await upsertTagNames(db, new Map())).toBe(0);
});
