import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { findNames } from './find-names.ts';
import { listBranches } from './list-branches.ts';
import { listBuilds } from './list-builds.ts';

let db: Database;

beforeAll(async () => {
  ({ db } = await freshDatabase());
  await sql`
    insert into app_branches (appid, branch, build_id, time_updated, is_password_required, description)
    values (440, 'beta', '18446744073709551615', '2026-01-03', true, 'Try it'), (440, 'public', '2', '2026-01-02', null, null),
      (440, 'empty', null, null, null, null), (10, 'public', '1', '2026-01-01', null, null)
  `.execute(db);
  await sql`
    insert into app_builds (appid, branch, build_id, time_updated, change_number, first_seen_at)
    values (440, 'public', '1', '2026-01-01', 100, '2026-02-01'), (440, 'public', '2', '2026-01-02', 200, '2026-02-02'),
      (440, 'beta', '18446744073709551615', '2026-01-03', 200, '2026-02-02'), (10, 'public', '1', null, 1, now())
  `.execute(db);
});

test('builds are listed newest first, of all branches or one, with those that are current', async () => {
  const builds = await listBuilds(db, 440, { limit: 10 });
  expect(builds.map(({ branch, buildId, isCurrent }) => [branch, buildId, isCurrent])).toEqual([
    ['beta', '18446744073709551615', true],
    ['public', '2', true],
    ['public', '1', false],
  ]);
  expect(builds[2]).toEqual({
    branch: 'public',
    buildId: '1',
    timeUpdated: new Date('2026-01-01T00:00Z'),
    changeNumber: 100,
    firstSeenAt: new Date('2026-02-01T00:00Z'),
    isCurrent: false,
  });
  expect(await listBuilds(db, 440, { branch: 'public', limit: 1 })).toEqual([builds[1]]);
});

test('branches are listed with public first', async () => {
  const branches = await listBranches(db, 440);
  expect(branches.map(({ branch }) => branch)).toEqual(['public', 'beta', 'empty']);
  expect(branches[1]).toMatchObject({ isPasswordRequired: true, description: 'Try it' });
});

test('names are found for the tags, genres, categories and DLC in changes, where they are known', async () => {
  await sql`insert into steam_tags (tag_id, name) values (900001, 'Cosy'), (900002, null)`.execute(db);
  await sql`insert into apps (appid, name) values (50, 'Opposing Force')`.execute(db);
  const nameOf = await findNames(db, [
    { tags: { added: [900_001], removed: [900_002, 900_003] }, name: { old: 'A', new: 'B' } },
    { dlc: { added: [], removed: [50, 60] }, developers: { added: ['A'], removed: [] } },
  ]);
  expect([900_001, 900_002, 900_003].map((id) => nameOf('tags', id))).toEqual(['Cosy', undefined, undefined]);
  expect([50, 60].map((id) => nameOf('dlc', id))).toEqual(['Opposing Force', undefined]);
  expect((await findNames(db, [{ name: { old: 'A', new: 'B' } }]))('tags', 900_001)).toBeUndefined();
});
