import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { claimBatch } from './apps/claim-batch.ts';
import { hasDueWork } from './has-due-work.ts';
import { claimScanRequest } from './scans/scan-requests.ts';
import { startScan } from './scans/scans.ts';

const ALL = { apps: true, scans: true, tokens: true };
let db: Database;
let url: string;

beforeEach(async () => {
  ({ db, url } = await freshDatabase());
});

describe('hasDueWork', () => {
  test('finds nothing in an empty ledger, and nothing in apps that wait, are in flight or failed', async () => {
    expect(await hasDueWork(db, ALL)).toBe(false);
    const later = new Date(Date.now() + 3_600_000);
    await insertLedger(
      db,
      { id: 10, wantedChangeNumber: 7, attempts: 1, notBefore: later },
      { id: 20, wantedChangeNumber: 7, batchId: 'a' },
      { id: 30, wantedChangeNumber: 7, failedAt: new Date() },
      { id: 40, wantedChangeNumber: 7, settledChangeNumber: 7 },
    );
    expect(await hasDueWork(db, ALL)).toBe(false);
  });

  test.for([{ attempts: 0 }, { attempts: 2 }])('finds a due app with %o until it is claimed', async (app) => {
    await insertLedger(db, { id: 10, wantedChangeNumber: 7, ...app });
    expect(await hasDueWork(db, ALL)).toBe(true);
    expect(await hasDueWork(db, { apps: false, scans: true, tokens: true })).toBe(false);
    await claimBatch(db, { size: 10 });
    expect(await hasDueWork(db, ALL)).toBe(false);
  });

  test('ignores an app that the open transaction of somebody else holds', async () => {
    await insertLedger(db, { id: 10, wantedChangeNumber: 7 });
    const editor = openDatabase(url);
    await editor.transaction().execute(async (trx) => {
      await sql`select from pics_app_ledger where id = 10 for update`.execute(trx);
      expect(await hasDueWork(db, ALL)).toBe(false);
    });
    expect(await hasDueWork(db, ALL)).toBe(true);
  });

  test('finds a scan that has no request in flight', async () => {
    await startScan(db, { reason: 'discovery', knownOnly: false });
    expect(await hasDueWork(db, ALL)).toBe(true);
    expect(await hasDueWork(db, { apps: true, scans: false, tokens: true })).toBe(false);
    await claimScanRequest(db, { size: 10 });
    expect(await hasDueWork(db, ALL)).toBe(false);
  });
});
