import { describe, expect, test } from 'vitest';
import { insertLedger, readLedger } from '../../testing/ledger.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { startCursor } from '../cursor.ts';
import { countLedger } from '../../read/measure-ledger.ts';
import { markWanted, wantStoredApps } from './mark-wanted.ts';

describe('markWanted', () => {
  test('wants settled apps again and adds unknown ones', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 440, wantedChangeNumber: 600, settledChangeNumber: 650 });
    expect(await markWanted(db, { appids: [570, 440, 570] })).toBe(2);
    expect(await readLedger(db, 440)).toMatchObject({ wantedChangeNumber: 600, settledChangeNumber: null });
    expect(await readLedger(db, 570)).toMatchObject({ wantedChangeNumber: 0, settledChangeNumber: null });
  });

  test('leaves failed apps to a requeue', async () => {
    const { db } = await freshDatabase();
    const failed = { id: 440, wantedChangeNumber: 600, settledChangeNumber: 10, failedAt: new Date(0) };
    await insertLedger(db, failed);
    expect(await markWanted(db, { appids: [440] })).toBe(0);
    expect(await markWanted(db, { all: true })).toBe(0);
    expect(await readLedger(db, 440)).toMatchObject(failed);
  });

  test('wants every app of the ledger and of the catalogue, as backlog', async () => {
    const { db } = await freshDatabase();
    await startCursor(db, 500);
    await db.updateTable('picsState').set({ lastChangeNumber: 900 }).execute();
    await insertLedger(
      db,
      { id: 440, wantedChangeNumber: 600, settledChangeNumber: 600 },
      { id: 570, wantedChangeNumber: 700 },
      { id: 10 },
    );
    await db
      .insertInto('apps')
      .values([{ appid: 440 }, { appid: 20 }])
      .execute();
    expect(await markWanted(db, { all: true })).toBe(4);
    expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: null });
    expect(await readLedger(db, 570)).toMatchObject({ wantedChangeNumber: 700 });
    for (const appid of [10, 20])
      expect(await readLedger(db, appid)).toMatchObject({ wantedChangeNumber: 0 });
    expect(await db.selectFrom('picsState').select('backlogChangeNumber').execute()).toEqual([
      { backlogChangeNumber: 900 },
    ]);
  });

  test('wants what another program has stored, and counts it as known and not settled', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, {
      id: 440,
      wantedChangeNumber: 600,
      settledChangeNumber: 600,
      storedChangeNumber: 600,
    });
    await db
      .insertInto('apps')
      .values([{ appid: 440 }, { appid: 20 }])
      .execute();
    await wantStoredApps(db);
    expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: 600 });
    expect(await readLedger(db, 20)).toMatchObject({ wantedChangeNumber: 0 });
    expect(await countLedger(db)).toMatchObject({ known: 2, wanted: 1, settled: 1 });
  });

  test('marks a ledger of several steps to its end', async () => {
    const { db } = await freshDatabase();
    const appids = Array.from({ length: 20_001 }, (_, index) => index * 10);
    expect(await markWanted(db, { appids })).toBe(20_001);
    expect(await markWanted(db, { all: true })).toBe(20_001);
  });
});
