import type { WriteScanJob } from '@pics/core';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { getBatchesInFlight, releaseBatches } from '../release-batches.ts';
import { startCursor } from '../cursor.ts';
import { insertLedger, readLedger } from '../../testing/ledger.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { claimScanRequest, type ScanRequest } from './scan-requests.ts';
import { findScan, findUnfinishedScan } from './scans.ts';
import { recordScan } from './record-scan.ts';
import { startScan } from './scans.ts';

/** Steam's response to a request, as far as it knows these apps: appid → change number. */
function respond(
  request: ScanRequest,
  apps: Record<number, number>,
  unanswered: number[] = [],
): WriteScanJob {
  const seen = request.appids.flatMap((appid): [number, number][] => {
    const changeNumber = apps[appid];
    return changeNumber === undefined || unanswered.includes(appid) ? [] : [[appid, changeNumber]];
  });
  return { version: 2, task: 'scan', batchId: request.batchId, seen, unanswered };
}

/** Claims and responds until there is nothing to claim; returns the requests. */
async function runScans(db: Database, size: number, apps: Record<number, number>): Promise<number[][]> {
  const requests: number[][] = [];
  for (
    let request = await claimScanRequest(db, { size });
    request;
    request = await claimScanRequest(db, { size })
  ) {
    requests.push(request.appids);
    await recordScan(db, respond(request, apps));
  }
  return requests;
}

async function claim(db: Database, size: number): Promise<ScanRequest> {
  const request = await claimScanRequest(db, { size });
  if (!request) throw new Error('there is nothing to claim');
  return request;
}

const settled = (id: number, changeNumber: number) => ({
  id,
  wantedChangeNumber: changeNumber,
  settledChangeNumber: changeNumber,
  storedChangeNumber: changeNumber,
});

describe('startScan', () => {
  test('continues the unfinished scan of the same reason', async () => {
    const { db } = await freshDatabase();
    const first = await startScan(db, { reason: 'discovery', knownOnly: false });
    await claim(db, 100);
    const second = await startScan(db, { reason: 'discovery', knownOnly: false });
    expect(second).toMatchObject({ id: first.id, nextAppid: 100 });
    expect(await startScan(db, { reason: 'sweep', knownOnly: true })).not.toMatchObject({ id: first.id });
    expect(await findUnfinishedScan(db)).toMatchObject({ id: first.id });
  });

  test('starts a gap again from the first id, because the gap may lie where the unfinished scan has been', async () => {
    const { db } = await freshDatabase();
    const first = await startScan(db, { reason: 'gap', knownOnly: true });
    await claim(db, 100);
    const again = await startScan(db, { reason: 'gap', knownOnly: true });
    expect(again).toMatchObject({ id: first.id, nextAppid: 0 });
    expect(Number(again.startedAt)).toBeGreaterThan(Number(first.startedAt));
  });

  test('starts the unfinished scan again from the first id when asked to, and remembers when', async () => {
    const { db } = await freshDatabase();
    const first = await startScan(db, { reason: 'discovery', knownOnly: false });
    await claim(db, 100);
    const again = await startScan(db, { reason: 'discovery', knownOnly: false, restart: true });
    expect(again).toMatchObject({ id: first.id, nextAppid: 0 });
    expect(Number(again.startedAt)).toBeGreaterThan(Number(first.startedAt));
    expect(await findScan(db, 'discovery')).toEqual(again);
  });

  test('leaves live changes live when the scan is under way already', async () => {
    const { db } = await freshDatabase();
    await startCursor(db, 500);
    await startScan(db, { reason: 'discovery', knownOnly: false });
    await db.updateTable('picsState').set({ lastChangeNumber: 800 }).execute();
    await startScan(db, { reason: 'discovery', knownOnly: false });
    expect(await db.selectFrom('picsState').select('backlogChangeNumber').execute()).toEqual([
      { backlogChangeNumber: 500 },
    ]);
  });

  test('makes what is wanted so far backlog', async () => {
    const { db } = await freshDatabase();
    await startCursor(db, 500);
    await db.updateTable('picsState').set({ lastChangeNumber: 800 }).execute();
    await startScan(db, { reason: 'sweep', knownOnly: true });
    expect(await db.selectFrom('picsState').select('backlogChangeNumber').execute()).toEqual([
      { backlogChangeNumber: 800 },
    ]);
  });
});

describe('a scan of every id', () => {
  test('finds every app from 0 up, follows them upwards, and ends 50,000 ids above the highest', async () => {
    const { db } = await freshDatabase();
    const apps = { 0: 5, 10: 7, 49_990: 8, 99_000: 9, 148_999: 3 };
    await startScan(db, { reason: 'discovery', knownOnly: false });
    const requests = await runScans(db, 5_000, apps);
    expect(requests[0]).toEqual(Array.from({ length: 5_000 }, (_, appid) => appid));
    expect(requests.flat()).toHaveLength(200_000);
    expect(new Set(requests.flat()).size).toBe(200_000);
    expect(
      await db.selectFrom('picsAppLedger').select(['id', 'wantedChangeNumber']).orderBy('id').execute(),
    ).toEqual(
      Object.entries(apps).map(([appid, wantedChangeNumber]) => ({
        id: Number(appid),
        wantedChangeNumber,
      })),
    );
    expect(await findScan(db, 'discovery')).toMatchObject({
      finishedAt: expect.any(Date),
      requests: 40,
      seen: 5,
      marked: 5,
    });
    expect(await findUnfinishedScan(db)).toBeUndefined();
  });

  test('ignores a high id that somebody asked for and Steam never confirmed', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 2_000_000_000, wantedChangeNumber: 0 });
    await startScan(db, { reason: 'discovery', knownOnly: false });
    expect((await runScans(db, 20_000, {})).length).toBe(3);
  });

  test('waits for its last responses before it ends, and continues when they contain higher ids', async () => {
    const { db } = await freshDatabase();
    await startScan(db, { reason: 'discovery', knownOnly: false });
    const requests = [await claim(db, 20_000), await claim(db, 20_000), await claim(db, 20_000)];
    expect(await claimScanRequest(db, { size: 20_000 })).toBeUndefined();
    expect(await findUnfinishedScan(db)).toBeDefined();
    for (const request of requests.slice(0, 2)) await recordScan(db, respond(request, {}));
    await recordScan(db, respond(requests[2] ?? { batchId: '', appids: [] }, { 59_999: 4 }));
    expect(await claimScanRequest(db, { size: 20_000 })).toMatchObject({
      appids: expect.arrayContaining([60_000]),
    });
  });

  test('continues where it was after everything in flight was lost', async () => {
    const { db } = await freshDatabase();
    await startScan(db, { reason: 'discovery', knownOnly: false });
    const lost = [await claim(db, 30_000), await claim(db, 30_000)];
    expect(await getBatchesInFlight(db)).toHaveLength(2);
    await releaseBatches(db, await getBatchesInFlight(db), { counts: false });
    const again = await runScans(db, 30_000, { 40_000: 9 });
    expect(again.slice(0, 2)).toEqual(lost.map(({ appids }) => appids));
    expect(await readLedger(db, 40_000)).toMatchObject({ wantedChangeNumber: 9 });
    expect(await findScan(db, 'discovery')).toMatchObject({ finishedAt: expect.any(Date) });
  });
});

describe('a scan of known ids', () => {
  test('asks for known ids alone and fills its last request with the ids above', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, ...Array.from({ length: 25 }, (_, index) => settled(index * 10, 100)));
    await startScan(db, { reason: 'sweep', knownOnly: true });
    const requests = await runScans(
      db,
      10,
      Object.fromEntries(Array.from({ length: 25 }, (_, index) => [index * 10, 100])),
    );
    expect(requests[0]).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(requests[2]).toEqual([200, 210, 220, 230, 240, 241, 242, 243, 244, 245]);
    expect(requests.at(-1)?.at(-1)).toBeGreaterThanOrEqual(1_240);
  });

  test('looks above the highest id that Steam confirmed, and not at one that was mistyped', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, settled(10, 100), settled(20, 100), {
      id: 2_000_000_000,
      wantedChangeNumber: 0,
      settledChangeNumber: 100,
    });
    await startScan(db, { reason: 'sweep', knownOnly: true });
    const requests = await runScans(db, 600, { 10: 100, 20: 100 });
    expect(requests.map((request) => request.slice(0, 3))).toEqual([
      [10, 20, 21],
      [619, 620, 621],
    ]);
    expect(requests.flat().at(-1)).toBeLessThan(2_000);
  });

  test('costs one request for each 5,000 known apps and one for what is above', async () => {
    const { db } = await freshDatabase();
    const appids = Array.from({ length: 20_000 }, (_, index) => index * 10);
    await db
      .insertInto('picsAppLedger')
      .columns(['id', 'wantedChangeNumber', 'settledChangeNumber', 'storedChangeNumber'])
      .expression((expression) =>
        expression
          .selectFrom(
            expression
              .fn<{ n: number }>('generate_series', [expression.lit(0), expression.lit(19_999)])
              .as('n'),
          )
          .select((row) => [
            row('n', '*', 10).as('id'),
            row.lit(100).as('w'),
            row.lit(100).as('s'),
            row.lit(100).as('p'),
          ]),
      )
      .execute();
    await startScan(db, { reason: 'gap', knownOnly: true });
    const requests = await runScans(db, 5_000, Object.fromEntries(appids.map((appid) => [appid, 100])));
    expect(requests.map((request) => request.length)).toEqual([5_000, 5_000, 5_000, 5_000, 5_000]);
    expect(await findScan(db, 'gap')).toMatchObject({ marked: 0, gone: 0, seen: 20_000, requests: 5 });
  });
});

describe('recordScan', () => {
  /** A scan of these ledger rows, claimed in one request. */
  async function scanOf(...rows: Parameters<typeof insertLedger>[1][]) {
    const { db } = await freshDatabase();
    await insertLedger(db, ...rows);
    await startScan(db, { reason: 'sweep', knownOnly: true });
    return { db, request: await claim(db, 2_000) };
  }

  test('wants an app that changed, and leaves one alone that is settled or wanted as far', async () => {
    const { db, request } = await scanOf(
      settled(10, 100),
      settled(20, 100),
      settled(30, 150),
      { id: 40, wantedChangeNumber: 120, settledChangeNumber: 90 },
      { id: 50, wantedChangeNumber: 0 },
    );
    const counts = await recordScan(db, respond(request, { 10: 101, 20: 100, 30: 101, 40: 110, 50: 99 }));
    expect(counts).toEqual({ seen: 5, marked: 2, unchanged: 0, gone: 0, unanswered: 0 });
    expect(await readLedger(db, 10)).toMatchObject({ wantedChangeNumber: 101, settledChangeNumber: 100 });
    expect(await readLedger(db, 20)).toMatchObject(settled(20, 100));
    expect(await readLedger(db, 30)).toMatchObject(settled(30, 150));
    expect(await readLedger(db, 40)).toMatchObject({ wantedChangeNumber: 120 });
    expect(await readLedger(db, 50)).toMatchObject({ wantedChangeNumber: 99 });
  });

  test('wants a stored app again that Steam no longer knows, unless it is known to be removed', async () => {
    const { db, request } = await scanOf(settled(10, 100), settled(20, 100), settled(30, 100));
    await db
      .insertInto('apps')
      .values([
        { appid: 10, picsAccess: 'public' },
        { appid: 20, picsAccess: 'removed' },
      ])
      .execute();
    expect(await recordScan(db, respond(request, {}))).toMatchObject({ gone: 1, marked: 0 });
    expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: null });
    expect(await readLedger(db, 20)).toMatchObject(settled(20, 100));
    expect(await readLedger(db, 30)).toMatchObject(settled(30, 100));
  });

  test('wants an app again that was removed or unknown, and that Steam knows after all', async () => {
    const { db, request } = await scanOf(settled(10, 100), {
      id: 20,
      wantedChangeNumber: 100,
      settledChangeNumber: 500,
    });
    await db.insertInto('apps').values({ appid: 10, picsAccess: 'removed' }).execute();
    expect(await recordScan(db, respond(request, { 10: 100, 20: 100 }))).toMatchObject({ marked: 2 });
    expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: null });
    expect(await readLedger(db, 20)).toMatchObject({ settledChangeNumber: null });
  });

  test('wants an app again whose stored response is older than what Steam has, however far it is settled', async () => {
    const stored = { wantedChangeNumber: 100, settledChangeNumber: 500 };
    const { db, request } = await scanOf(
      { id: 10, ...stored, storedChangeNumber: 100 },
      { id: 20, ...stored, storedChangeNumber: 200 },
    );
    expect(await recordScan(db, respond(request, { 10: 200, 20: 200 }))).toMatchObject({ marked: 1 });
    expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: null });
    expect(await readLedger(db, 20)).toMatchObject(stored);
  });

  describe('of an app whose stored body Steam announces under a newer number', () => {
    const SHA1 = 'a'.repeat(40);
    const withBody = (id: number, changeNumber: number, sha1 = SHA1) => ({
      ...settled(id, changeNumber),
      storedSha1: Buffer.from(sha1, 'hex'),
    });
    const announce = (request: ScanRequest, ...seen: WriteScanJob['seen']): WriteScanJob => ({
      ...respond(request, {}),
      seen,
    });

    test('settles it at once, counts it, and fetches only apps whose body differs or is not known', async () => {
      const { db, request } = await scanOf(
        withBody(10, 100),
        { ...withBody(20, 100), wantedChangeNumber: 150 },
        withBody(30, 100, 'b'.repeat(40)),
        settled(40, 100),
        withBody(50, 100),
      );
      const job = announce(
        request,
        [10, 150, SHA1],
        [20, 150, SHA1],
        [30, 150, SHA1],
        [40, 150, SHA1],
        [50, 150],
      );
      expect(await recordScan(db, job)).toMatchObject({ seen: 5, unchanged: 2, marked: 3 });
      for (const id of [10, 20]) {
        expect(await readLedger(db, id)).toMatchObject({ settledChangeNumber: 150, storedChangeNumber: 150 });
      }
      for (const id of [30, 40, 50]) {
        expect(await readLedger(db, id)).toMatchObject({ wantedChangeNumber: 150, storedChangeNumber: 100 });
      }
      expect(await findScan(db, 'sweep')).toMatchObject({ unchanged: 2, marked: 3 });
      expect(await recordScan(db, job)).toMatchObject({ unchanged: 0, marked: 0 });
    });

    test('settles it up to the cursor at most, so that a number that cannot be hides no later change', async () => {
      const { db, request } = await scanOf(withBody(10, 100));
      await db.updateTable('picsState').set({ lastChangeNumber: 180 }).execute();
      expect(await recordScan(db, announce(request, [10, 4_000_000_000, SHA1]))).toMatchObject({
        unchanged: 1,
      });
      expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: 180, storedChangeNumber: 180 });
    });

    test('leaves it to its fetch when it is wanted by hand, in flight, failed, removed or wanted beyond that', async () => {
      const { db, request } = await scanOf(
        { ...withBody(10, 100), settledChangeNumber: null },
        { ...withBody(20, 100), wantedChangeNumber: 120, batchId: 'b' },
        { ...withBody(30, 100), failedAt: new Date(0) },
        { ...withBody(40, 100), wantedChangeNumber: 200 },
        { ...withBody(50, 100), storedSha1: null },
      );
      await db.insertInto('apps').values({ appid: 50, picsAccess: 'removed' }).execute();
      const seen = [10, 20, 30, 40, 50].map((id): [number, number, string] => [id, 150, SHA1]);
      expect(await recordScan(db, announce(request, ...seen))).toMatchObject({ unchanged: 0 });
      expect(await readLedger(db, 10)).toMatchObject({ settledChangeNumber: null });
      for (const id of [20, 30, 40, 50]) {
        expect(await readLedger(db, id)).toMatchObject({ storedChangeNumber: 100 });
      }
    });
  });

  test('wants nothing up to a number that the feed has not announced yet', async () => {
    const { db, request } = await scanOf(settled(10, 100), settled(20, 190));
    await db.updateTable('picsState').set({ lastChangeNumber: 180 }).execute();
    expect(await recordScan(db, respond(request, { 10: 205, 20: 206, 21: 207 }))).toMatchObject({
      marked: 2,
    });
    expect(await readLedger(db, 10)).toMatchObject({ wantedChangeNumber: 180, settledChangeNumber: 100 });
    expect(await readLedger(db, 20)).toMatchObject(settled(20, 190));
    expect(await readLedger(db, 21)).toMatchObject({ wantedChangeNumber: 180, settledChangeNumber: null });
  });

  test('leaves failed apps to a requeue', async () => {
    const failedAt = new Date(0);
    const { db, request } = await scanOf({ ...settled(10, 100), failedAt });
    await db.insertInto('apps').values({ appid: 10, picsAccess: 'public' }).execute();
    expect(await recordScan(db, respond(request, {}))).toMatchObject({ gone: 0 });
    expect(await readLedger(db, 10)).toMatchObject({ ...settled(10, 100), failedAt });
  });

  test('changes nothing the second time', async () => {
    const { db, request } = await scanOf(settled(10, 100));
    const job = respond(request, { 10: 101, 15: 50 });
    expect(await recordScan(db, job)).toMatchObject({ marked: 2 });
    const before = await db.selectFrom('picsScans').selectAll().execute();
    expect(await recordScan(db, job)).toMatchObject({ marked: 0, gone: 0 });
    expect(await db.selectFrom('picsScans').selectAll().execute()).toEqual(before);
  });

  test('records what it saw, but no removals, when its request was released meanwhile', async () => {
    const { db, request } = await scanOf(settled(10, 100), settled(20, 100));
    await db.insertInto('apps').values({ appid: 20, picsAccess: 'public' }).execute();
    await releaseBatches(db, [request.batchId], { counts: false });
    expect(await recordScan(db, respond(request, { 10: 101 }))).toMatchObject({ marked: 1, gone: 0 });
    expect((await claim(db, 10)).appids).toEqual(request.appids);
  });

  test('asks again only for the ids without a response', async () => {
    const { db, request } = await scanOf(settled(10, 100), settled(20, 100));
    await recordScan(db, respond(request, { 10: 100 }, [20, 25]));
    expect((await claim(db, 2_000)).appids).toEqual([20, 25]);
    expect(await findUnfinishedScan(db)).toMatchObject({ requests: 0 });
  });

  test('gives up after five attempts, and wants the known apps it could not learn about', async () => {
    const { db, request } = await scanOf(settled(10, 100), settled(20, 100));
    await recordScan(db, respond(request, { 10: 100 }, [20, 25]));
    for (let tries = 2; tries <= 5; tries += 1) {
      expect(await findUnfinishedScan(db)).toBeDefined();
      await recordScan(db, respond(await claim(db, 2_000), {}, [20, 25]));
    }
    expect(await findScan(db, 'sweep')).toMatchObject({
      finishedAt: expect.any(Date),
      requests: 1,
      unanswered: 2,
    });
    expect(await readLedger(db, 10)).toMatchObject(settled(10, 100));
    expect(await readLedger(db, 20)).toMatchObject({ settledChangeNumber: null });
  });

  test('gives up in the same way when the jobs themselves fail', async () => {
    const { db, request } = await scanOf(settled(10, 100));
    await releaseBatches(db, [request.batchId], { counts: true });
    for (let tries = 2; tries <= 5; tries += 1) {
      const again = await claim(db, 2_000);
      await releaseBatches(db, [again.batchId], { counts: true, error: 'Error: broken' });
    }
    expect(await findScan(db, 'sweep')).toMatchObject({ finishedAt: expect.any(Date), unanswered: 2_000 });
    expect(await readLedger(db, 10)).toMatchObject({
      settledChangeNumber: null,
      attempts: 0,
      failedAt: null,
    });
  });
});

test('two claims at once never share a request', async () => {
  const { db } = await freshDatabase();
  await startScan(db, { reason: 'discovery', knownOnly: false });
  const claims = await Promise.all(Array.from({ length: 4 }, () => claimScanRequest(db, { size: 10_000 })));
  const appids = claims.flatMap((request) => request?.appids ?? []);
  expect(appids).toHaveLength(40_000);
  expect(new Set(appids).size).toBe(40_000);
});
