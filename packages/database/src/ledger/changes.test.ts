import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { insertChanges, pruneChanges } from './changes.ts';

test('prunes the changes older than so many days in steps, and keeps the rest', async () => {
  const { db } = await freshDatabase();
  const changes = Array.from({ length: 10_005 }, (_, index) => ({
    id: 440,
    changeNumber: index + 1,
    needsToken: false,
  }));
  await insertChanges(db, 'app', changes);
  await sql`update pics_changes set seen_at = now() - interval '91 days' where change_number <= 10003`.execute(
    db,
  );
  await sql`update pics_changes set seen_at = now() - interval '89 days' where change_number = 10004`.execute(
    db,
  );
  expect(await pruneChanges(db, 90)).toBe(10_000);
  expect(await pruneChanges(db, 90)).toBe(3);
  expect(await pruneChanges(db, 90)).toBe(0);
  const kept = await db.selectFrom('picsChanges').select('changeNumber').orderBy('changeNumber').execute();
  expect(kept.map(({ changeNumber }) => changeNumber)).toEqual([10_004, 10_005]);
});
