import { describe, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { fullRecord, writeJob } from '../../testing/app-record.ts';
import { insertLedger, readLedger } from '../../testing/ledger.ts';
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
    expect(await requeueApps(db, selection, { dryRun: true })).toBe(expected.length);
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
    expect(await requeueApps(db, selection)).toBe(expected.length);
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
    expect(await requeueApps(db, { appids: [10] })).toBe(1);
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
    await writeBatch(db, writeJob({ records: [fullRecord(10, 100)] }));
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
  });

  test('requeues a ledger of several steps to its end', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, ...Array.from({ length: 20_000 }, (_, id) => ({ id, failedAt: new Date() })));
    expect(await requeueApps(db, { failed: true })).toBe(20_000);
    expect(await requeueApps(db, { failed: true })).toBe(0);
  });
});
