import { MAX_ATTEMPTS } from '@pics/core';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { insertLedger, passDelays, readLedger } from '../../testing/ledger.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { getBatchesInFlight, releaseBatches } from '../release-batches.ts';
import { claimBatch, type Batch } from './claim-batch.ts';

async function claimAll(db: Database, size: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let batch = await claimBatch(db, { size }); batch; batch = await claimBatch(db, { size }))
    batches.push(batch);
  return batches;
}

const wanted = (id: number, wantedChangeNumber: number) => ({ id, wantedChangeNumber });

describe('claimBatch', () => {
  test('takes the newest wanted first and marks them as in flight', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, wanted(10, 100), wanted(20, 300), wanted(30, 200));
    const batch = await claimBatch(db, { size: 2 });
    expect(batch).toMatchObject({ changeNumber: 300, attempt: 0, appids: [20, 30], priority: 'live' });
    expect(await readLedger(db, 20)).toMatchObject({
      batchId: batch?.batchId,
      dispatchedAt: expect.any(Date),
    });
    expect(await readLedger(db, 10)).toMatchObject({ batchId: null });
  });

  test('takes nothing that is settled, in flight, failed or delayed', async () => {
    const { db } = await freshDatabase();
    await insertLedger(
      db,
      { ...wanted(10, 100), settledChangeNumber: 100 },
      { ...wanted(20, 100), batchId: 'b' },
      { ...wanted(30, 100), failedAt: new Date() },
      { ...wanted(40, 100), attempts: 1, notBefore: new Date(Date.now() + 60_000) },
      { id: 50 },
    );
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
  });

  test('takes an app wanted beyond what is settled, and one wanted at zero with nothing settled', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { ...wanted(10, 101), settledChangeNumber: 100 }, wanted(20, 0));
    expect(await claimAll(db, 10)).toMatchObject([
      { appids: [10], changeNumber: 101 },
      { appids: [20], changeNumber: 0 },
    ]);
  });

  test('takes live changes before the backlog and never both in one batch', async () => {
    const { db } = await freshDatabase();
    await db.updateTable('picsState').set({ backlogChangeNumber: 200 }).execute();
    await insertLedger(db, wanted(10, 200), wanted(20, 201), wanted(30, 150));
    expect(await claimAll(db, 10)).toMatchObject([
      { appids: [20], priority: 'live' },
      { appids: [10, 30], priority: 'backlog' },
    ]);
  });

  test('halves the batch with every attempt, and never mixes attempts', async () => {
    const { db } = await freshDatabase();
    const apps = (attempts: number) =>
      Array.from({ length: 8 }, (_, index) => ({ ...wanted(attempts * 100 + index, 100), attempts }));
    await insertLedger(db, ...apps(0), ...apps(1), ...apps(3), ...apps(11));
    const sizes = (await claimAll(db, 8)).map(({ attempt, appids }) => `${attempt}: ${appids.length}`);
    expect(sizes.toSorted()).toEqual(
      [
        '0: 8',
        ...Array.from({ length: 2 }, () => '1: 4'),
        ...Array.from({ length: 8 }, () => '11: 1'),
        ...Array.from({ length: 8 }, () => '3: 1'),
      ].toSorted(),
    );
  });

  test('alternates between fresh apps and retries while there are both', async () => {
    const { db } = await freshDatabase();
    await insertLedger(
      db,
      ...Array.from({ length: 20 }, (_, index) => wanted(index, 100)),
      ...Array.from({ length: 20 }, (_, index) => ({ ...wanted(100 + index, 50), attempts: 1 })),
    );
    const turns = (await claimAll(db, 2)).slice(0, 20).map(({ attempt }) => attempt);
    expect(turns.filter((attempt) => attempt === 0)).toHaveLength(10);
    expect(turns.slice(0, 4).filter((attempt) => attempt === 0)).toHaveLength(2);
  });

  test('prefers the newest live retry, and the backlog retry that has been due the longest', async () => {
    const { db } = await freshDatabase();
    await db.updateTable('picsState').set({ backlogChangeNumber: 1_000 }).execute();
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    await insertLedger(
      db,
      { ...wanted(10, 900), attempts: 1, notBefore: ago(1) },
      { ...wanted(20, 100), attempts: 2, notBefore: ago(9) },
      { ...wanted(30, 1_001), attempts: 3, notBefore: ago(9) },
      { ...wanted(40, 1_002), attempts: 4, notBefore: ago(1) },
      { ...wanted(50, 1_003), attempts: 5, notBefore: ago(-60) },
    );
    expect((await claimAll(db, 8)).map(({ appids }) => appids)).toEqual([[40], [30], [20], [10]]);
  });

  test('never gives an app to two claims at once', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, ...Array.from({ length: 300 }, (_, index) => wanted(index, index)));
    const batches = await Promise.all(Array.from({ length: 8 }, () => claimAll(db, 10)));
    const appids = batches.flat().flatMap((batch) => batch.appids);
    // A claim that loses every race gives up until the next tick, so some apps may be left for the next one.
    const left = (await claimAll(db, 300)).flatMap((batch) => batch.appids);
    expect([...appids, ...left].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 300 }, (_, index) => index),
    );
  });
});

describe('releaseBatches', () => {
  test('releases the apps of a batch whose job disappeared without counting an attempt', async () => {
    const { db } = await freshDatabase();
    await insertLedger(
      db,
      { ...wanted(10, 100), batchId: 'a', attempts: 2 },
      { ...wanted(20, 100), batchId: 'b' },
    );
    expect(await getBatchesInFlight(db)).toEqual(expect.arrayContaining(['a', 'b']));
    expect(await releaseBatches(db, ['a', 'nobody'], { counts: false })).toBe(1);
    expect(await readLedger(db, 10)).toMatchObject({ batchId: null, attempts: 2, notBefore: null });
    expect(await getBatchesInFlight(db)).toEqual(['b']);
  });

  test('counts the attempt of a job that failed, and delays the apps a little more each time', async () => {
    const { db } = await freshDatabase();
    await insertLedger(
      db,
      { ...wanted(10, 100), batchId: 'a' },
      { ...wanted(20, 100), batchId: 'a', attempts: 3 },
      { ...wanted(30, 100), batchId: 'a', attempts: 10 },
    );
    await releaseBatches(db, ['a'], { counts: true, error: 'Error: no response' });
    const delays = await sql<{ attempts: number; delay: number }>`
      select attempts, extract(epoch from not_before - now())::double precision as delay from pics_app_ledger order by id
    `.execute(db);
    expect(delays.rows.map(({ attempts }) => attempts)).toEqual([1, 4, 11]);
    expect(delays.rows.map(({ delay }) => Math.ceil(delay))).toEqual([1, 8, 60]);
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
  });

  test('fails an app after its last attempt, with the reason', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { ...wanted(10, 100), batchId: 'a', attempts: MAX_ATTEMPTS - 1 });
    await releaseBatches(db, ['a'], { counts: true, error: 'Error: no response' });
    expect(await readLedger(db, 10)).toMatchObject({
      failedAt: expect.any(Date),
      lastError: 'Error: no response',
      attempts: MAX_ATTEMPTS,
      batchId: null,
    });
  });

  test('isolates the app that spoils its batches, and settles the others', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, ...Array.from({ length: 50 }, (_, index) => wanted(index, 100)));
    const poison = 17;
    for (let batch = await claimBatch(db, { size: 50 }); batch; batch = await claimBatch(db, { size: 50 })) {
      if (batch.appids.includes(poison))
        await releaseBatches(db, [batch.batchId], { counts: true, error: 'Error: silence' });
      else {
        await db
          .updateTable('picsAppLedger')
          .set({ settledChangeNumber: 100, batchId: null })
          .where('batchId', '=', batch.batchId)
          .execute();
      }
      await passDelays(db);
    }
    const failed = await db
      .selectFrom('picsAppLedger')
      .select('id')
      .where('failedAt', 'is not', null)
      .execute();
    const settled = await db
      .selectFrom('picsAppLedger')
      .select('id')
      .where('settledChangeNumber', '=', 100)
      .execute();
    expect(failed).toEqual([{ id: poison }]);
    expect(settled).toHaveLength(49);
  });
});
