import type { AppRecord } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { applyRecords, readStoredApps } from '../../../../test/support/stored-apps.ts';
import type { Database } from '../connection/connect-database.ts';
import { emptyRecord, fullRecord, recordWith, writeJob } from '../testing/app-record.ts';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { writeBatch } from './write-batch.ts';

async function write(db: Database, ...records: AppRecord[]) {
  return writeBatch(db, writeJob({ records }));
}

/** The position of every row of the catalogue in its table: a row that is written moves. */
async function rowPositions(db: Database): Promise<unknown[]> {
  const tables =
    'apps steam_tags steam_genres steam_categories franchises developers publishers app_steam_tags app_genres ' +
    'app_categories app_franchises app_developers app_publishers app_dlc app_steam_deck';
  const rows = await sql`
    ${sql.join(
      tables
        .split(' ')
        .map((table) => sql`select ${table} as place, ctid::text, xmin::text from ${sql.table(table)}`),
      sql` union all `,
    )}
    order by 1, 2
  `.execute(db);
  return rows.rows;
}

/** Only the parts of `common`, `extended` and `depots` that Steam shows a session without a token. */
function restricted(appid: number, changeNumber: number, sections: Partial<AppRecord>): AppRecord {
  return { appid, changeNumber, access: 'restricted', ...sections };
}

describe('a full response', () => {
  test('fills every table', async () => {
    const { db } = await freshDatabase();
    const record = fullRecord(440, 900);
    expect(await write(db, record)).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
      removed: 0,
      failed: 0,
      unsettled: 0,
    });
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([record]));
    expect(await db.selectFrom('appSteamTags').selectAll().orderBy('rank').execute()).toEqual([
      { appid: 440, tagId: 19, rank: 1 },
      { appid: 440, tagId: 492, rank: 2 },
      { appid: 440, tagId: 21, rank: 3 },
    ]);
    expect(await db.selectFrom('appGenres').selectAll().orderBy('genreId').execute()).toEqual([
      { appid: 440, genreId: 1, isPrimary: false },
      { appid: 440, genreId: 25, isPrimary: true },
    ]);
  });

  test('replaces everything that is stored of an app, also by nothing, but for whether it is free', async () => {
    const { db } = await freshDatabase();
    const second = recordWith(440, 910, {
      name: 'Rainy Lighthouse II',
      tagIds: [21, 19, 4_000],
      genreIds: [25, 70],
      primaryGenreId: 70,
      categoryIds: [2],
      franchises: ['Lighthouses', 'Rain'],
      deck: null,
    });
    await write(db, fullRecord(440, 900));
    expect(await write(db, second)).toMatchObject({ added: 0, changed: 1 });
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([second]));
    const third = emptyRecord(440, 920);
    expect(await write(db, third)).toMatchObject({ changed: 1 });
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([second, third]));
  });

  test('changes nothing the second time', async () => {
    const { db } = await freshDatabase();
    const records = [fullRecord(440, 900), recordWith(570, 900, { deck: null, languages: null })];
    await write(db, ...records);
    const before = await rowPositions(db);
    expect(await write(db, ...records)).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
    expect(await rowPositions(db)).toEqual(before);
  });

  test('writes only the rows that differ', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900), fullRecord(570, 900));
    const before = await rowPositions(db);
    await write(db, fullRecord(440, 910), recordWith(570, 910, { reviewPercentage: 92 }));
    const after = await rowPositions(db);
    const moved = after.filter(
      (row) => !before.some((other) => JSON.stringify(other) === JSON.stringify(row)),
    );
    expect(moved).toMatchObject([{ place: 'apps' }]);
  });

  test('that is older than what is stored changes no row', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    const before = await rowPositions(db);
    expect(
      await write(db, recordWith(440, 899, { name: 'Older', tagIds: [7_777], franchises: ['Old'] })),
    ).toMatchObject({
      changed: 0,
      unchanged: 1,
    });
    expect(await rowPositions(db)).toEqual(before);
    expect(await readLedger(db, 440)).toMatchObject({ storedChangeNumber: 900 });
  });

  test('moves updated_at when anything of the app changes, rows of join tables included', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    const updatedAt = async () =>
      (await db.selectFrom('apps').select('updatedAt').executeTakeFirstOrThrow()).updatedAt?.getTime() ?? 0;
    let last = await updatedAt();
    for (const [step, change] of [
      { tagIds: [19] },
      { tagIds: [19], genreIds: [1] },
      { tagIds: [19], genreIds: [1], deck: null },
      { tagIds: [19], genreIds: [1], deck: null, name: 'Other' },
    ].entries()) {
      await write(db, recordWith(440, 901 + step, change));
      expect(await updatedAt()).toBeGreaterThan(last);
      last = await updatedAt();
    }
  });

  test('keeps names of tags, genres and categories, and stores ids nobody has named', async () => {
    const { db } = await freshDatabase();
    await db.insertInto('steamTags').values({ tagId: 19, name: 'Action' }).execute();
    await write(
      db,
      recordWith(440, 900, { tagIds: [19, 9_001], genreIds: [1, 9_002], categoryIds: [2, 9_003] }),
    );
    expect(await db.selectFrom('steamTags').selectAll().orderBy('tagId').execute()).toEqual([
      { tagId: 19, name: 'Action' },
      { tagId: 9_001, name: null },
    ]);
    const genres = await db
      .selectFrom('steamGenres')
      .selectAll()
      .where('genreId', 'in', [1, 9_002])
      .orderBy('genreId')
      .execute();
    expect(genres).toEqual([
      { genreId: 1, name: 'Action' },
      { genreId: 9_002, name: null },
    ]);
  });

  test.for([
    [null, null],
    [0, 'unknown'],
    [1, 'unsupported'],
    [2, 'playable'],
    [3, 'verified'],
  ] as const)('of Deck category %s has the status %s', async ([category, status]) => {
    const { db } = await freshDatabase();
    const deck = {
      category,
      testTimestamp: null,
      testedBuildId: null,
      steamosCompatibility: null,
      tests: null,
      configuration: null,
    };
    await write(db, recordWith(440, 900, { deck }));
    expect(await db.selectFrom('appSteamDeck').select(['category', 'status']).execute()).toEqual([
      { category, status },
    ]);
  });

  test('keeps the keys of what it stores as JSON, and texts with quotes, backslashes and braces', async () => {
    const { db } = await freshDatabase();
    const odd = String.raw`{"a,b"} \ NULL 'x' "" ` + '\n\t é 🎮';
    const record = recordWith(440, 900, {
      name: odd,
      languages: { 'korean_a "b"': { supported: true, full_audio: false, subtitles: true } },
      franchises: [odd, 'NULL', 'null'],
    });
    await write(db, record);
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([record]));
    expect(await write(db, record)).toMatchObject({ unchanged: 1 });
  });

  test('shares names between apps and stores none twice', async () => {
    const { db } = await freshDatabase();
    const credits = { developers: ['One', 'Two', 'One'], publishers: ['One'] };
    await write(db, fullRecord(440, 900, credits), fullRecord(570, 900, credits));
    await write(db, fullRecord(730, 900, credits));
    expect(await db.selectFrom('developers').select('name').orderBy('name').execute()).toEqual([
      { name: 'One' },
      { name: 'Two' },
    ]);
    expect(await db.selectFrom('appDevelopers').selectAll().execute()).toHaveLength(6);
  });

  test('counts as the newest when a batch has several of an app', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900), recordWith(440, 950, { name: 'Newest' }), fullRecord(440, 920));
    expect((await readStoredApps(db)).get(440)).toEqual(
      applyRecords([recordWith(440, 950, { name: 'Newest' })]),
    );
    expect(await readLedger(db, 440)).toMatchObject({ storedChangeNumber: 950 });
  });
});

describe('a restricted response', () => {
  test('replaces what its sections carry and never the rest', async () => {
    const { db } = await freshDatabase();
    const full = fullRecord(440, 900);
    const common = recordWith(440, 910, {
      name: 'Hidden now',
      tagIds: [3],
      deck: null,
      franchises: [],
    }).common;
    const shown = restricted(440, 910, common ? { common } : {});
    await write(db, full);
    await write(db, shown);
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([full, shown]));
  });

  test('with nothing in it changes the access alone', async () => {
    const { db } = await freshDatabase();
    const full = fullRecord(440, 900);
    await write(db, full);
    await write(db, restricted(440, 910, {}));
    expect((await readStoredApps(db)).get(440)).toEqual({ ...applyRecords([full]), access: 'restricted' });
  });

  test('shares a batch with full ones', async () => {
    const { db } = await freshDatabase();
    const before = [fullRecord(440, 900), fullRecord(570, 900), fullRecord(730, 900)];
    await write(db, ...before);
    const after = [
      recordWith(440, 910, { name: 'Full' }),
      restricted(570, 910, { depots: { lastContentUpdate: 1, currentBuildId: null } }),
      restricted(730, 910, { extended: { isFree: true, homepageUrl: null, appState: null, dlcAppids: [] } }),
    ];
    expect(await write(db, ...after)).toMatchObject({ changed: 3 });
    const stored = await readStoredApps(db);
    for (const [index, first] of before.entries()) {
      expect(stored.get(first.appid)).toEqual(applyRecords([first, ...after.slice(index, index + 1)]));
    }
  });

  test('is stored for an app that was not known before', async () => {
    const { db } = await freshDatabase();
    await write(db, restricted(440, 900, {}));
    expect((await readStoredApps(db)).get(440)).toEqual(applyRecords([restricted(440, 900, {})]));
    expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: 1_000 });
  });
});

describe('an unknown app', () => {
  test('that is stored becomes removed and keeps its rows', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    expect(await writeBatch(db, writeJob({ unknown: [440] }))).toMatchObject({ removed: 1 });
    expect((await readStoredApps(db)).get(440)).toEqual({
      ...applyRecords([fullRecord(440, 900)]),
      access: 'removed',
    });
    expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: 1_000 });
    expect(await writeBatch(db, writeJob({ unknown: [440] }))).toMatchObject({ removed: 0 });
  });

  test('that was never stored is not stored', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 440, wantedChangeNumber: 900, batchId: 'b' });
    expect(await writeBatch(db, writeJob({ unknown: [440] }))).toMatchObject({ removed: 0 });
    expect(await db.selectFrom('apps').selectAll().execute()).toEqual([]);
    expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: 1_000, batchId: null });
  });

  test('is public again when Steam knows it again', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    await writeBatch(db, writeJob({ unknown: [440] }));
    await write(db, fullRecord(440, 900));
    expect((await readStoredApps(db)).get(440)).toMatchObject({ access: 'public' });
  });

  test('stays public when a newer batch has overtaken the one that missed it', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 2_000));
    await writeBatch(db, writeJob({ batchId: 'late', changeNumber: 1_500, unknown: [440] }));
    expect((await readStoredApps(db)).get(440)).toMatchObject({ access: 'public' });
  });
});

describe('sync_status', () => {
  test('has a row for each app in apps, with the change number that is stored, and none for others', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 570, wantedChangeNumber: 900, batchId: 'b' });
    await writeBatch(
      db,
      writeJob({
        records: [fullRecord(440, 900), restricted(730, 901, {})],
        unknown: [570],
        failed: [{ appid: 10, error: 'KeyValuesError: torn' }],
        unanswered: [{ appid: 20, reason: 'timeout', counts: true }],
      }),
    );
    expect(await db.selectFrom('syncStatus').selectAll().orderBy('appid').execute()).toEqual([
      { appid: 440, lastPicsSync: expect.any(Date), picsChangeNumber: 900 },
      { appid: 730, lastPicsSync: expect.any(Date), picsChangeNumber: 901 },
    ]);
  });

  test('says when Steam responded last, also with something older or with nothing new', async () => {
    const { db } = await freshDatabase();
    await write(db, fullRecord(440, 900));
    for (const job of [
      { records: [fullRecord(440, 900)] },
      { records: [fullRecord(440, 800)] },
      { unknown: [440] },
    ]) {
      await db
        .updateTable('syncStatus')
        .set({ lastPicsSync: new Date(0) })
        .execute();
      await writeBatch(db, writeJob(job));
      const row = await db.selectFrom('syncStatus').selectAll().executeTakeFirstOrThrow();
      expect(row.lastPicsSync?.getTime()).toBeGreaterThan(0);
      expect(row.picsChangeNumber).toBe(900);
    }
  });
});
