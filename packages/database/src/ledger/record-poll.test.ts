import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { insertLedger, readLedger } from '../testing/ledger.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import type { Change } from './changes.ts';
import { findCursor, startCursor } from './cursor.ts';
import { recordPoll } from './record-poll.ts';

const change = (id: number, changeNumber: number, needsToken = false): Change => ({
  id,
  changeNumber,
  needsToken,
});

async function databaseAt(cursor: number) {
  const fresh = await freshDatabase();
  await startCursor(fresh.db, cursor);
  return fresh;
}

describe('startCursor', () => {
  test('sets the cursor once and never again', async () => {
    const { db } = await freshDatabase();
    expect(await findCursor(db)).toBeUndefined();
    await startCursor(db, 500);
    await startCursor(db, 900);
    expect(await findCursor(db)).toBe(500);
    expect(await db.selectFrom('picsState').select('backlogChangeNumber').execute()).toEqual([
      { backlogChangeNumber: 500 },
    ]);
  });
});

describe('recordPoll', () => {
  test('moves the cursor, keeps every change, and wants the apps that changed', async () => {
    const { db } = await databaseAt(500);
    const apps = [change(440, 505), change(570, 510, true)];
    const packages = [change(440, 503)];
    expect(await recordPoll(db, { since: 500, current: 510, apps, packages })).toEqual({
      moved: true,
      wanted: 2,
    });
    expect(await findCursor(db)).toBe(510);
    expect(
      await db
        .selectFrom('picsChanges')
        .select(['changeNumber', 'kind', 'id', 'needsToken'])
        .orderBy('changeNumber')
        .execute(),
    ).toEqual([
      { changeNumber: 503, kind: 'package', id: 440, needsToken: false },
      { changeNumber: 505, kind: 'app', id: 440, needsToken: false },
      { changeNumber: 510, kind: 'app', id: 570, needsToken: true },
    ]);
    expect(await readLedger(db, 440)).toMatchObject({ wantedChangeNumber: 505, settledChangeNumber: null });
    expect(await readLedger(db, 570)).toMatchObject({ wantedChangeNumber: 510 });
  });

  test('remembers a gap of packages alone and starts nothing for apps', async () => {
    const { db } = await databaseAt(500);
    await recordPoll(db, { since: 500, current: 510, apps: [], packages: [], packageGap: true });
    expect(
      await db.selectFrom('picsState').select(['packagesGapAt', 'backlogChangeNumber']).execute(),
    ).toEqual([{ packagesGapAt: expect.any(Date), backlogChangeNumber: 500 }]);
    expect(await db.selectFrom('picsScans').selectAll().execute()).toEqual([]);
  });

  test('wants all apps but those that an open transaction holds in the ledger, and keeps the cursor below their changes', async () => {
    const { url, db } = await databaseAt(500);
    await insertLedger(db, { id: 440 }, { id: 570 });
    const other = await openDatabase(url).startTransaction().execute();
    await sql`select from pics_app_ledger where id = 440 for update`.execute(other);
    const poll = {
      since: 500,
      current: 510,
      apps: [change(730, 502), change(440, 505), change(570, 510)],
      packages: [],
    };
    expect(await recordPoll(db, poll)).toEqual({ moved: true, wanted: 2 });
    expect(await findCursor(db)).toBe(504);
    expect(await readLedger(db, 570)).toMatchObject({ wantedChangeNumber: 510 });
    await other.rollback().execute();

    expect(await recordPoll(db, { ...poll, since: 504 })).toEqual({ moved: true, wanted: 1 });
    expect(await findCursor(db)).toBe(510);
    expect(await readLedger(db, 440)).toMatchObject({ wantedChangeNumber: 505 });
  });

  test('writes nothing when the cursor is elsewhere', async () => {
    const { db } = await databaseAt(500);
    const poll = {
      since: 499,
      current: 510,
      apps: [change(440, 505)],
      packages: [change(7, 505)],
      gap: true,
    };
    expect(await recordPoll(db, poll)).toEqual({ moved: false, wanted: 0 });
    expect(await findCursor(db)).toBe(500);
    for (const table of ['picsChanges', 'picsAppLedger', 'picsScans'] as const) {
      expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
    }
  });

  test('is recorded once when two producers record it at once', async () => {
    const { db } = await databaseAt(500);
    const poll = { since: 500, current: 510, apps: [change(440, 505)], packages: [] };
    const outcomes = await Promise.all([recordPoll(db, poll), recordPoll(db, poll)]);
    expect(outcomes.filter(({ moved }) => moved)).toHaveLength(1);
  });

  test('leaves the cursor where it was when marking fails', async () => {
    const { db } = await databaseAt(500);
    const broken = {
      since: 500,
      current: 510,
      apps: [change(440, 505), change(570, Number.NaN)],
      packages: [],
    };
    await expect(recordPoll(db, broken)).rejects.toThrow('NaN');
    expect(await findCursor(db)).toBe(500);
    expect(await db.selectFrom('picsAppLedger').selectAll().execute()).toEqual([]);
  });

  test('never lowers what an app is wanted up to, and leaves what is settled, in flight or failed as it is', async () => {
    const { db } = await databaseAt(500);
    const failedAt = new Date(0);
    await insertLedger(
      db,
      { id: 440, wantedChangeNumber: 600 },
      { id: 570, wantedChangeNumber: 400, settledChangeNumber: 400, batchId: 'b', failedAt, attempts: 3 },
    );
    const apps = [change(440, 505), change(570, 506)];
    expect(await recordPoll(db, { since: 500, current: 510, apps, packages: [] })).toMatchObject({
      wanted: 1,
    });
    expect(await readLedger(db, 440)).toMatchObject({ wantedChangeNumber: 600 });
    expect(await readLedger(db, 570)).toMatchObject({
      wantedChangeNumber: 506,
      settledChangeNumber: 400,
      batchId: 'b',
      failedAt,
      attempts: 3,
    });
  });

  test('records the highest number of an app that is listed twice, and ignores a change seen before', async () => {
    const { db } = await databaseAt(500);
    await recordPoll(db, { since: 500, current: 510, apps: [change(440, 505)], packages: [] });
    const apps = [change(440, 505), change(440, 520), change(440, 515)];
    await recordPoll(db, { since: 510, current: 520, apps, packages: [] });
    expect(await readLedger(db, 440)).toMatchObject({ wantedChangeNumber: 520 });
  });

  test('records a burst of 33,189 packages in one poll', async () => {
    const { db } = await databaseAt(500);
    const packages = Array.from({ length: 33_189 }, (_, id) => change(id, 505));
    await recordPoll(db, { since: 500, current: 510, apps: [], packages });
    expect(
      await db
        .selectFrom('picsChanges')
        .select(({ fn }) => fn.countAll().as('changes'))
        .execute(),
    ).toEqual([{ changes: 33_189 }]);
  });

  test('skips ids that no table can hold, and records the rest', async () => {
    const { db } = await databaseAt(500);
    await recordPoll(db, {
      since: 500,
      current: 510,
      apps: [change(4_294_967_295, 505), change(440, 506)],
      packages: [],
    });
    expect(await db.selectFrom('picsAppLedger').select('id').execute()).toEqual([{ id: 440 }]);
  });

  test('starts a scan for the gap together with the cursor, and makes what is wanted so far backlog', async () => {
    const { db } = await databaseAt(500);
    await recordPoll(db, { since: 500, current: 90_000, apps: [], packages: [], gap: true });
    expect(await findCursor(db)).toBe(90_000);
    expect(await db.selectFrom('picsScans').select(['reason', 'knownOnly', 'finishedAt']).execute()).toEqual([
      { reason: 'gap', knownOnly: true, finishedAt: null },
    ]);
    expect(await db.selectFrom('picsState').select('backlogChangeNumber').execute()).toEqual([
      { backlogChangeNumber: 90_000 },
    ]);
  });

  test('wants the token of an app that needs one, if Steam was never asked or denied it', async () => {
    const { db } = await databaseAt(500);
    const wantedChangeNumber = 400;
    await insertLedger(
      db,
      { id: 1, wantedChangeNumber },
      { id: 2, wantedChangeNumber, tokenState: 'denied' },
      { id: 3, wantedChangeNumber, tokenState: 'granted', accessToken: '77' },
      { id: 4, wantedChangeNumber, tokenState: 'refused' },
      { id: 5, wantedChangeNumber: 505, tokenState: 'denied' },
      { id: 6, wantedChangeNumber, tokenState: 'denied' },
    );
    const apps = [1, 2, 3, 4, 5, 7].map((id) => change(id, 505, true));
    await recordPoll(db, { since: 500, current: 505, apps: [...apps, change(6, 505)], packages: [] });
    const wanted = db.selectFrom('picsAppLedger').select('id').where('tokenWantedAt', 'is not', null);
    expect((await wanted.orderBy('id').execute()).map(({ id }) => id)).toEqual([1, 2, 7]);
  });
});
