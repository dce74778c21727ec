import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { freshDatabase } from '../testing/support/fresh-database.ts';

test('app_all_dlc unites what an app lists with what names it as its parent, each once, and only DLC', async () => {
  const { db } = await freshDatabase();
  await sql`insert into apps (appid, type, parent_appid) values
    (220, 'game', null), (380, 'dlc', 220), (340, 'dlc', 220), (320, 'game', 220)`.execute(db);
  await sql`insert into app_dlc (appid, dlc_appid) values (220, 380), (220, 999)`.execute(db);
  const { rows } = await sql`select * from app_all_dlc order by dlc_appid`.execute(db);
  expect(rows).toEqual([340, 380, 999].map((dlcAppid) => ({ appid: 220, dlcAppid })));
});

test('app_all_dlc shows a reader nothing that the policies of its tables hide', async () => {
  const { db } = await freshDatabase();
  await sql`insert into apps (appid, type, parent_appid) values (220, 'game', null), (380, 'dlc', 220)`.execute(
    db,
  );
  await sql`create role dlc_visitor`.execute(db);
  await sql`grant select on all tables in schema public to dlc_visitor`.execute(db);
  const seen = await db.transaction().execute(async (trx) => {
    await sql`set local role dlc_visitor`.execute(trx);
    return (await sql`select from app_all_dlc`.execute(trx)).rows.length;
  });
  await sql`drop owned by dlc_visitor`.execute(db);
  await sql`drop role dlc_visitor`.execute(db);
  expect(seen).toBe(0);
});
