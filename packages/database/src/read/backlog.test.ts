import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { claimBatch } from '../ledger/apps/claim-batch.ts';
import { recordScan } from '../ledger/scans/record-scan.ts';
import { claimScanRequest } from '../ledger/scans/scan-requests.ts';
import { startScan } from '../ledger/scans/scans.ts';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { getBacklog } from './backlog.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
});

/** Answers the next scan request as a Steam that knows these apps. */
async function respond(isApp: (id: number) => boolean): Promise<number> {
  const request = await claimScanRequest(db, { size: 5_000 });
  if (!request) return 0;
  const seen = request.appids.filter(isApp).map((id): [number, number] => [id, 7]);
  await recordScan(db, { version: 2, task: 'scan', batchId: request.batchId, seen, unanswered: [] });
  return request.appids.length;
}

test('an idle ledger has no backlog', async () => {
  expect(await getBacklog(db)).toEqual({
    discovery: null,
    otherIdsLeft: 0,
    scanRequestSize: null,
    batchSize: null,
  });
});

describe('a discovery with a survey', () => {
  /** 280,000 apps up to 4,200,000: two of three multiples of ten. */
  const isApp = (id: number) => id <= 4_200_000 && id % 30 > 0 && id % 10 === 0;

  beforeEach(async () => {
    await startScan(db, { reason: 'discovery', knownOnly: false, survey: true });
  });

  test('knows within 5 % how many apps there are, and up to which id, after four requests', async () => {
    expect((await getBacklog(db)).discovery).toMatchObject({ idsLookedThrough: 0, apps: 0 });
    for (let requests = 1; requests <= 4; requests += 1) expect(await respond(isApp)).toBe(5_000);
    const { discovery } = await getBacklog(db);
    expect(discovery?.idsLookedThrough).toBe(0);
    expect(Math.abs((discovery?.ids ?? 0) - 4_250_000)).toBeLessThan(10_000);
    expect(Math.abs((discovery?.apps ?? 0) / 280_000 - 1)).toBeLessThan(0.05);
    expect(Math.abs((discovery?.appsToFind ?? 0) / 280_000 - 1)).toBeLessThan(0.05);
  });

  test('counts ids once they have a response, and then looks through all ids from the first', async () => {
    for (let requests = 1; requests <= 4; requests += 1) await respond(isApp);
    const before = (await getBacklog(db)).discovery;
    await claimScanRequest(db, { size: 5_000 });
    expect((await getBacklog(db)).discovery?.idsLookedThrough).toBe(0);
    await respond(isApp);
    const { discovery, scanRequestSize } = await getBacklog(db);
    expect([discovery?.idsLookedThrough, scanRequestSize]).toEqual([5_000, 5_000]);
    expect(discovery?.ids).toBe(before?.ids);
    expect(discovery?.apps).toBe(before?.apps);
    expect(discovery?.appsToFind).toBeLessThan(before?.appsToFind ?? 0);
  });

  test('ends like any other scan, with everything found', async () => {
    const isOneOfFew = (id: number) => id % 10 === 0 && id < 2_000;
    while ((await respond(isOneOfFew)) > 0);
    expect((await getBacklog(db)).discovery).toBeNull();
    const { count } = await db
      .selectFrom('picsAppLedger')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(200);
    const scan = await db.selectFrom('picsScans').selectAll().executeTakeFirstOrThrow();
    expect(scan).toMatchObject({ seen: 200, marked: 200 }); // None of them twice.
  });
});

test('a scan of known ids has as many left as are known, and those above them', async () => {
  await sql`insert into pics_app_ledger (id, wanted_change_number) select n * 10, 5 from generate_series(1, 400) n`.execute(
    db,
  );
  await startScan(db, { reason: 'sweep', knownOnly: true });
  expect((await getBacklog(db)).otherIdsLeft).toBe(1_400);
  await claimScanRequest(db, { size: 100 });
  expect((await getBacklog(db)).otherIdsLeft).toBe(1_400);
});

test('the size of batches is that of the largest in flight', async () => {
  await insertLedger(db, ...[1, 2, 3, 4, 5].map((id) => ({ id, wantedChangeNumber: 5 })));
  await claimBatch(db, { size: 3 });
  await claimBatch(db, { size: 3 });
  expect((await getBacklog(db)).batchSize).toBe(3);
});
