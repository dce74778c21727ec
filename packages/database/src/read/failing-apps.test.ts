import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import type { FailureFilter } from '../ledger/apps/failure-filter.ts';
import { requeueApps } from '../ledger/apps/requeue-apps.ts';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { listFailingApps, summarizeFailures } from './failing-apps.ts';

let db: Database;
const soon = new Date(Date.now() + 60_000);
const failed = { attempts: 12, wantedChangeNumber: 5 };
const retried = { attempts: 5, wantedChangeNumber: 5 };

beforeAll(async () => {
  ({ db } = await freshDatabase());
  await insertLedger(
    db,
    { id: 10, ...failed, failedAt: new Date('2026-11-01'), lastError: 'NoResponse: in 30 s' },
    { id: 20, ...failed, failedAt: new Date('2026-11-03'), lastError: 'NoResponse: in 31 s' },
    { id: 30, ...failed, failedAt: new Date('2026-11-02'), lastError: 'RowRefused: 100 % dragons' },
    { id: 40, ...retried, notBefore: soon, lastError: 'NoResponse: in 30 s' },
    { id: 50, ...retried, batchId: 'b', lastError: 'NoResponse: in 30 s' },
    { id: 60, wantedChangeNumber: 5, staleAnswers: 1, notBefore: new Date() },
    { id: 70, wantedChangeNumber: 5, settledChangeNumber: 5 },
    { id: 80, wantedChangeNumber: 5 },
  );
  await db
    .insertInto('apps')
    .values([
      { appid: 10, name: 'Half-Life 2', type: 'game' },
      { appid: 20, name: 'Soundtrack of Half-Life', type: 'Music' },
      { appid: 40, name: '100 % Orange', type: 'game' },
    ])
    .execute();
});

const list = (filter: FailureFilter) => listFailingApps(db, filter, { offset: 0, limit: 100 });

describe('the list of failing apps', () => {
  test.for<[FailureFilter, number[]]>([
    [{ state: 'failed' }, [20, 30, 10]],
    [{ state: 'retrying' }, [50, 60, 40]],
    [{ state: 'failed', reason: 'NoResponse: in # s' }, [20, 10]],
    [{ state: 'retrying', reason: 'StaleResponse: older than the announced change' }, [60]],
    [{ state: 'failed', type: 'music' }, [20]],
    [{ state: 'failed', name: 'half-life' }, [20, 10]],
    [{ state: 'retrying', name: '%' }, [40]],
    [{ state: 'failed', name: '30' }, [30]],
    [{ state: 'failed', type: 'game', name: 'life', reason: 'NoResponse: in # s' }, [10]],
    [{ state: 'failed', name: "' or true --" }, []],
  ])('has for %j those apps, what failed last or goes out next first', async ([filter, appids]) => {
    expect((await list(filter)).map(({ appid }) => appid)).toEqual(appids);
    expect(await summarizeFailures(db, filter)).toMatchObject({ total: appids.length });
    expect(await requeueApps(db, { failures: filter }, { dryRun: true })).toMatchObject({
      apps: appids.length,
    });
  });

  test('says of each app its reason, its attempts, and when it goes out again', async () => {
    const [inBatch, stale, waiting] = await list({ state: 'retrying' });
    const [latest] = await list({ state: 'failed' });
    expect(latest).toEqual({
      appid: 20,
      name: 'Soundtrack of Half-Life',
      type: 'Music',
      state: 'failed',
      reason: 'NoResponse: in 31 s',
      attempts: 12,
      failedAt: new Date('2026-11-03'),
      nextAt: null,
    });
    expect(waiting).toMatchObject({ state: 'retrying', attempts: 5, nextAt: soon, failedAt: null });
    expect(inBatch).toMatchObject({ state: 'retrying', nextAt: null });
    expect(stale).toMatchObject({ reason: 'StaleResponse: older than the announced change', name: null });
  });

  test('can be read to its end in pages, by place or by id', async () => {
    const filter = { state: 'failed' } as const;
    const byPlace = await Promise.all(
      [0, 2].map((offset) => listFailingApps(db, filter, { offset, limit: 2 })),
    );
    expect(byPlace.map((page) => page.map(({ appid }) => appid))).toEqual([[20, 30], [10]]);
    const byId = await Promise.all([0, 20].map((after) => listFailingApps(db, filter, { after, limit: 2 })));
    expect(byId.map((page) => page.map(({ appid }) => appid))).toEqual([[10, 20], [30]]);
  });

  test('offers the reasons and types there are in the state, with how many apps each has', async () => {
    expect(await summarizeFailures(db, { state: 'failed', name: 'nothing' })).toEqual({
      failed: 3,
      retrying: 3,
      total: 0,
      reasons: [
        { reason: 'NoResponse: in # s', apps: 2 },
        { reason: 'RowRefused: # % dragons', apps: 1 },
      ],
      types: [
        { type: 'Music', apps: 1 },
        { type: 'game', apps: 1 },
      ],
    });
  });

  test('has every app of a requeue with the state it is in now', async () => {
    const { db: fresh } = await freshDatabase();
    await insertLedger(
      fresh,
      { id: 1, wantedChangeNumber: 5 },
      { id: 2, wantedChangeNumber: 5 },
      { id: 3, wantedChangeNumber: 5 },
    );
    const { id } = await requeueApps(fresh, { appids: [1, 2, 3] });
    await insertLedger(fresh, { id: 4, wantedChangeNumber: 5 });
    await fresh.updateTable('picsAppLedger').set({ settledChangeNumber: 5 }).where('id', '=', 1).execute();
    await fresh.updateTable('picsAppLedger').set({ batchId: 'b' }).where('id', '=', 2).execute();
    const apps = await listFailingApps(fresh, { requeue: id ?? 0 }, { offset: 0, limit: 10 });
    expect(apps.map(({ appid, state }) => [appid, state])).toEqual([
      [1, 'settled'],
      [2, 'in flight'],
      [3, 'wanted'],
    ]);
  });
});
