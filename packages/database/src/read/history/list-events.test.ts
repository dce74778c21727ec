import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { listEvents, type EventSelection } from './list-events.ts';

const CHANGES = [
  { name: { old: 'A', new: 'B' } },
  {
    tags: { added: [19], removed: [] },
    languages: { english: { old: null, new: {} }, thai: { old: {}, new: null } },
  },
  { 'branches.public': { old: null, new: { build_id: '7' } }, 'branches.beta_1': { old: {}, new: null } },
  { name: { old: 'B', new: 'C' }, is_free: { old: false, new: true } },
];

let db: Database;

beforeAll(async () => {
  ({ db } = await freshDatabase());
  for (const [index, changes] of CHANGES.entries()) {
    for (const [appid, kind] of [
      [440, 'app'],
      [440, 'package'],
      [10, 'app'],
    ] as const) {
      await sql`
        insert into pics_events (at, change_number, subject_id, kind, type, changes)
        values (now() - make_interval(hours => ${4 - index}), ${100 + index}, ${appid}, ${kind}, 'app.changed', ${JSON.stringify(changes)})
      `.execute(db);
    }
  }
});

async function numbersOf(selection: Partial<EventSelection>): Promise<(number | null)[]> {
  const events = await listEvents(db, 440, { limit: 100, ...selection });
  return events.map(({ changeNumber }) => changeNumber);
}

test('the events of an app come newest first, page by page', async () => {
  const first = await listEvents(db, 440, { limit: 3 });
  expect(first.map(({ changeNumber }) => changeNumber)).toEqual([103, 102, 101]);
  expect(first[0]).toEqual({
    id: expect.any(Number),
    at: expect.any(Date),
    changeNumber: 103,
    type: 'app.changed',
    changes: CHANGES[3],
  });
  expect(await numbersOf({ before: first.at(-1)?.id })).toEqual([100]);
  expect(await numbersOf({ upTo: 101 })).toEqual([101, 100]);
  expect(await numbersOf({ since: new Date(Date.now() - 2.5 * 3_600_000) })).toEqual([103, 102]);
});

test('with a field, only its changes are listed', async () => {
  expect(await numbersOf({ field: 'name' })).toEqual([103, 100]);
  expect(await numbersOf({ field: 'price' })).toEqual([]);
  const [name] = await listEvents(db, 440, { limit: 1, field: 'name' });
  expect(name?.changes).toEqual({ name: { old: 'B', new: 'C' } });
  expect(await numbersOf({ field: 'languages' })).toEqual([101]);
  expect(await numbersOf({ field: 'languages.german' })).toEqual([]);
  const [thai] = await listEvents(db, 440, { limit: 9, field: 'languages.thai' });
  expect(thai?.changes).toEqual({ languages: { thai: { old: {}, new: null } } });
  const [beta] = await listEvents(db, 440, { limit: 9, field: 'branches.beta_1' });
  expect(Object.keys(beta?.changes ?? {})).toEqual(['branches.beta_1']);
  const [branches] = await listEvents(db, 440, { limit: 9, field: 'branches' });
  expect(Object.keys(branches?.changes ?? {}).sort()).toEqual(['branches.beta_1', 'branches.public']);
  // `_` matches any character in a pattern of LIKE.
  expect(await numbersOf({ field: 'branches.beta-1' })).toEqual([]);
});
