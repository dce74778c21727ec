import type { FetchedApps } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import type { RowChanges } from './row-changes.ts';
import { writeBatch } from './write-batch.ts';

async function write(db: Database, job: Partial<FetchedApps>): Promise<RowChanges> {
  let changes: RowChanges = {};
  await writeBatch(db, writeJob(job), { onRows: (rows) => (changes = rows) });
  return changes;
}

const counts = (added: number, changed = 0, removed = 0, unchanged = 0) => ({
  added,
  changed,
  removed,
  unchanged,
});

describe('the row counts of a write', () => {
  test('say added the first time, and unchanged when the same record comes again', async () => {
    const { db } = await freshDatabase();
    const first = await write(db, { records: [fullRecord(440, 900)] });
    expect(first).toMatchObject({
      apps: counts(1),
      app_steam_deck: counts(1),
      app_steam_tags: counts(3),
      steam_tags: counts(3),
      app_genres: counts(2),
      steam_genres: counts(0),
      sync_status: counts(1),
      pics_app_ledger: counts(0, 1),
    });
    const again = await write(db, { records: [fullRecord(440, 900)] });
    expect(again).toMatchObject({
      apps: counts(0, 0, 0, 1),
      app_steam_deck: counts(0, 0, 0, 1),
      app_steam_tags: counts(0, 0, 0, 3),
      steam_tags: counts(0),
      developers: counts(0),
    });
  });

  test('are as many as the tables hold afterwards', async () => {
    const { db } = await freshDatabase();
    const changes = await write(db, { records: [fullRecord(440, 900), fullRecord(570, 901)] });
    for (const table of ['apps', 'app_steam_deck', 'app_steam_tags', 'steam_tags', 'app_dlc', 'publishers']) {
      const { rows } = await sql<{ held: number }>`select count(*) as held from ${sql.table(table)}`.execute(
        db,
      );
      expect([table, changes[table]?.added]).toEqual([table, rows[0]?.held]);
    }
  });

  test('say which rows of a table were added, changed, removed and left alone', async () => {
    const { db } = await freshDatabase();
    await write(db, { records: [recordWith(440, 900, { tagIds: [1, 2, 3, 4] })] });
    const changes = await write(db, {
      records: [recordWith(440, 901, { tagIds: [2, 1, 3, 5] })],
      unknown: [570],
    });
    // 1 and 2 change places, 3 stays in its own, 4 makes room for 5.
    expect(changes['app_steam_tags']).toEqual(counts(1, 2, 1, 1));
    expect(changes['steam_tags']).toEqual(counts(1));
    expect(changes['apps']).toEqual(counts(0, 1));
  });

  test('say one change for an app that Steam no longer knows', async () => {
    const { db } = await freshDatabase();
    await write(db, { records: [fullRecord(440, 900)] });
    const changes = await write(db, { unknown: [440] });
    expect(changes).toMatchObject({ apps: counts(0, 1), sync_status: counts(0, 1) });
    expect(changes).not.toHaveProperty('app_steam_tags');
  });

  test('count each row once when the batch is halved around a row that Postgres refuses', async () => {
    const { db } = await freshDatabase();
    await sql`alter table apps add check (name <> 'Forbidden')`.execute(db);
    const records = [fullRecord(10, 900), recordWith(20, 900, { name: 'Forbidden' }), fullRecord(30, 900)];
    expect(await write(db, { records })).toMatchObject({
      apps: counts(2),
      app_steam_tags: counts(6),
      steam_tags: counts(3),
      sync_status: counts(2),
      pics_app_ledger: counts(0, 3),
    });
  });
});
