import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { fullRecord, writeJob } from '../../testing/app-record.ts';
import { insertLedger, passDelays, readLedger } from '../../testing/ledger.ts';
import { findRequeue, listRequeues } from '../../read/requeues.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { writeBatch } from '../../write/write-batch.ts';
import { claimBatch } from './claim-batch.ts';
import { requeueApps, type RequeueSelection } from './requeue-apps.ts';

const failed = (id: number, lastError: string, failedAt: string) => ({
  id,
  wantedChangeNumber: 100,
  attempts: 12,
  failedAt: new Date(failedAt),
  lastError,
});

async function ledgerWithFailures(): Promise<Database> {
  const { db } = await freshDatabase();
  await insertLedger(
    db,
    failed(10, 'KeyValuesError: torn at 5', '2026-01-01'),
    failed(20, 'RowRefused: 100% dragons', '2026-02-01'),
    { id: 30, wantedChangeNumber: 100, settledChangeNumber: 100 },
    { id: 40 },
  );
  await db
    .insertInto('apps')
    .values([
      { appid: 20, type: 'dlc' },
      { appid: 30, type: 'DLC' },
    ])
    .execute();
  return db;
}

describe('requeueApps', () => {
  test.for<[RequeueSelection, number[]]>([
    [{ failed: true }, [10, 20]],
    [{ since: new Date('2026-01-15') }, [20]],
    [{ error: 'keyvalueserror: TORN' }, [10]],
    [{ error: '100%' }, [20]],
    [{ error: 'torn at #' }, [10]],
    [{ error: '_' }, []],
    [{ appids: [30, 10, 99] }, [10, 30]],
    [{ type: 'dlc' }, [20, 30]],
    [{ all: true }, [10, 20, 30, 40]],
  ])('chooses by %o', async ([selection, expected]) => {
    const db = await ledgerWithFailures();
    expect(await requeueApps(db, selection, { dryRun: true })).toEqual({ apps: expected.length, id: null });
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
    expect(await requeueApps(db, selection)).toMatchObject({ apps: expected.length });
    const pending = [await claimBatch(db, { size: 10 }), await claimBatch(db, { size: 10 })];
    expect(pending.flatMap((batch) => batch?.appids ?? []).toSorted((a, b) => a - b)).toEqual(expected);
  });

  test('gives fresh attempts and forgets the failure', async () => {
    const db = await ledgerWithFailures();
    await requeueApps(db, { appids: [10] });
    expect(await readLedger(db, 10)).toMatchObject({
      failedAt: null,
      lastError: null,
      attempts: 0,
      notBefore: null,
      wantedChangeNumber: 100,
    });
  });

  test('lets the response on its way settle an app in flight, without fetching it twice', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 10, wantedChangeNumber: 100, batchId: 'b' });
    expect(await requeueApps(db, { appids: [10] })).toMatchObject({ apps: 1 });
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
    await writeBatch(db, writeJob({ records: [fullRecord(10, 100)] }));
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
  });

  test('requeues a ledger of several steps to its end', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, ...Array.from({ length: 20_000 }, (_, id) => ({ id, failedAt: new Date() })));
    expect(await requeueApps(db, { failed: true })).toMatchObject({ apps: 20_000 });
    expect(await requeueApps(db, { failed: true })).toEqual({ apps: 0, id: null });
  });

  test('sends apps whose latest change is live after the live changes, in full batches', async () => {
    const { db } = await freshDatabase();
    await sql`update pics_state set backlog_change_number = 500`.execute(db);
    const failedLive = Array.from({ length: 141 }, (_, index) => ({
      ...failed(1_000 + index, 'NoResponse: in # s', '2026-01-01'),
      wantedChangeNumber: 600 + index,
    }));
    await insertLedger(db, ...failedLive, { id: 10, wantedChangeNumber: 900 });
    await requeueApps(db, { failed: true });
    await insertLedger(db, { id: 20, wantedChangeNumber: 901 });
    expect(await claimBatch(db, { size: 200 })).toMatchObject({ priority: 'live', appids: [10, 20] });
    expect(await claimBatch(db, { size: 200 })).toMatchObject({
      priority: 'backlog',
      appids: failedLive.map(({ id }) => id),
    });
    expect(await claimBatch(db, { size: 200 })).toBeUndefined();
  });

  test('leaves a live change that waits for its first attempt live', async () => {
    const { db } = await freshDatabase();
    await sql`update pics_state set backlog_change_number = 500`.execute(db);
    await insertLedger(db, { id: 10, wantedChangeNumber: 600 });
    await requeueApps(db, { all: true });
    expect(await claimBatch(db, { size: 200 })).toMatchObject({ priority: 'live', changeNumber: 600 });
  });

  test('accepts no response older than the change that the feed announced', async () => {
    const { db } = await freshDatabase();
    await sql`update pics_state set backlog_change_number = 500`.execute(db);
    await insertLedger(db, { ...failed(10, 'NoResponse: in 30 s', '2026-01-01'), wantedChangeNumber: 600 });
    await requeueApps(db, { failed: true });
    const { batchId = '', changeNumber = 0 } = (await claimBatch(db, { size: 10 })) ?? {};
    await writeBatch(db, writeJob({ batchId, changeNumber, records: [fullRecord(10, 599)] }));
    expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: null, staleAnswers: 1 });
    await passDelays(db);
    const next = await claimBatch(db, { size: 10 });
    await writeBatch(
      db,
      writeJob({ batchId: next?.batchId ?? '', changeNumber: 500, records: [fullRecord(10, 600)] }),
    );
    expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: 600, storedChangeNumber: 600 });
  });

  test('records which apps it was, to be followed until they are settled or fail again', async () => {
    const db = await ledgerWithFailures();
    await db
      .insertInto('picsAppLedger')
      .values(failed(50, 'NoResponse: in 3 s', '2026-01-01'))
      .execute();
    const { id } = await requeueApps(db, { failures: { state: 'failed' } });
    const follow = async () => findRequeue(db, id ?? 0);
    const start = { apps: 3, selection: { failures: { state: 'failed' } } };
    expect(await follow()).toMatchObject({ ...start, settled: 0, failed: 0, retrying: 0, open: 3 });
    const { batchId = '' } = (await claimBatch(db, { size: 10 })) ?? {};
    await writeBatch(
      db,
      writeJob({
        batchId,
        records: [fullRecord(10, 100)],
        failed: [{ appid: 20, error: 'RowRefused: again' }],
        unanswered: [{ appid: 50, reason: 'NoResponse: in 3 s', counts: true }],
      }),
    );
    expect(await follow()).toMatchObject({ ...start, settled: 1, failed: 1, retrying: 1, open: 1 });
  });

  test('keeps the latest twenty records', async () => {
    const db = await ledgerWithFailures();
    for (let count = 0; count < 22; count += 1) await requeueApps(db, { appids: [10] });
    const kept = await listRequeues(db, 100);
    expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([20, 22, 3]);
  });
});
