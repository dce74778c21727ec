import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { addUser, urlOf } from '../testing/support/users.ts';
import { addEventMonths, pruneEvents } from './event-months.ts';

let url: string;
let db: Database;

beforeEach(async () => {
  ({ url, db } = await freshDatabase());
});

async function listMonths(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'pics_events'::regclass order by 1
  `.execute(db);
  return rows.map(({ name }) => name);
}

/** Adds a month long past with an event in it. */
async function addMonth(name: string, from: string, to: string): Promise<void> {
  await sql
    .raw(`create table ${name} partition of pics_events for values from ('${from}') to ('${to}')`)
    .execute(db);
  await sql`
    insert into pics_events (at, subject_id, type, kind) values (${from}::timestamptz, 440, 'app.changed', 'app')
  `.execute(db);
}

async function countEvents(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pics_events`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

test('this month and the next two have partitions, which are added again when they are missing', async () => {
  const months = await listMonths();
  expect(months).toHaveLength(3);
  await sql.raw(`drop table ${months[2] ?? ''}`).execute(db);
  await addEventMonths(db);
  await addEventMonths(db);
  expect(await listMonths()).toEqual(months);
});

test('a month is dropped once its last event is older than the retention', async () => {
  const kept = await listMonths();
  await addMonth('pics_events_2020_01', '2020-01-01 00:00+00', '2020-02-01 00:00+00');
  await addMonth('pics_events_2020_02', '2020-02-01 00:00+00', '2020-03-01 00:00+00');
  const { rows } = await sql<{ days: number }>`
    select floor(extract(epoch from now() - '2020-02-10'::timestamptz) / 86400)::integer as days
  `.execute(db);
  const days = rows[0]?.days ?? 0;
  expect(await pruneEvents(db, days)).toBe(false);
  expect(await listMonths()).toEqual(['pics_events_2020_02', ...kept]);
  expect(await countEvents()).toBe(1);
  expect(await pruneEvents(db, 90)).toBe(false);
  expect(await listMonths()).toEqual(kept);
  expect(await pruneEvents(db, 1)).toBe(false);
  expect(await listMonths()).toEqual(kept);
});

test('a user who does not own the tables adds months, and deletes events instead of dropping months', async () => {
  await addMonth('pics_events_2020_01', '2020-01-01 00:00+00', '2020-02-01 00:00+00');
  const months = await listMonths();
  const user = await addUser(db, url, 'login');
  await sql.raw(`grant select, delete on pics_events to ${user}`).execute(db);
  const other = openDatabase(urlOf(user, url));
  await sql.raw(`alter table pics_events disable row level security`).execute(db);
  await sql.raw(`drop table ${months.at(-1) ?? ''}`).execute(db);
  await addEventMonths(other);
  expect(await listMonths()).toEqual(months);
  expect(await pruneEvents(other, 90)).toBe(true);
  expect(await pruneEvents(other, 90)).toBe(false);
  expect(await countEvents()).toBe(0);
});
