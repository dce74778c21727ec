import { JOB_VERSION, type WriteScanJob } from '@pics/core';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../connection/connect-database.ts';
import { listDocumentDifferences } from '../../../read/verification.ts';
import { insertDocuments, insertSettledApps, sha1Of } from '../../../testing/documents.ts';
import { insertLedger, readLedger } from '../../../testing/ledger.ts';
import { freshDatabase } from '../../../testing/support/fresh-database.ts';
import { startCursor } from '../../cursor.ts';
import { releaseBatches } from '../../release-batches.ts';
import { claimScanRequest, type ScanRequest } from '../scan-requests.ts';
import { findScan, startScan } from '../scans.ts';
import { recordScan } from '../record-scan.ts';
import { fixDocuments } from './fix-documents.ts';
import { recordDamage } from './record-damage.ts';
import { startVerification } from './start-verification.ts';

type Seen = WriteScanJob['seen'];

/** Stored apps up to this id, each with the text that has its number, at change number 100. */
async function storedApps(count: number): Promise<Database> {
  const { db } = await freshDatabase();
  await startCursor(db, 200);
  if (count > 0) await insertSettledApps(db, count);
  return db;
}

/** What Steam announces of a stored app: the text that is stored, unless another is given. */
const announce = (appid: number, text = `text ${appid}`, changeNumber = 100): Seen[number] => [
  appid,
  changeNumber,
  sha1Of(text),
];

async function claim(db: Database, size = 1_000): Promise<ScanRequest> {
  const request = await claimScanRequest(db, { size });
  if (!request) throw new Error('there is nothing to claim');
  return request;
}

async function record(db: Database, request: ScanRequest, seen: Seen, unanswered: number[] = []) {
  return recordScan(db, { version: JOB_VERSION, task: 'scan', batchId: request.batchId, seen, unanswered });
}

const countDifferences = async (db: Database) =>
  (await db.selectFrom('picsScanDifferences').select('appid').execute()).length;

const listDifferences = (db: Database) =>
  db.selectFrom('picsScanDifferences').selectAll().orderBy('appid').execute();

describe('a verification', () => {
  test('requests only the apps that have a document, and verifies every text that is the same', async () => {
    const db = await storedApps(5);
    await insertLedger(db, { id: 9, wantedChangeNumber: 1 });
    await startVerification(db);
    const asked: number[][] = [];
    for (let request; (request = await claimScanRequest(db, { size: 2 }));) {
      asked.push(request.appids);
      await record(
        db,
        request,
        request.appids.map((appid) => announce(appid)),
      );
    }
    expect(asked).toEqual([[1, 2], [3, 4], [5]]);
    expect(await findScan(db, 'verify')).toMatchObject({
      finishedAt: expect.any(Date),
      requests: 3,
      documents: 5,
      verified: 5,
      differing: 0,
      marked: 0,
    });
  });

  test('lists an app for which Steam has another text at the stored number, without making it wanted', async () => {
    const db = await storedApps(3);
    const { scan } = await startVerification(db);
    await record(db, await claim(db), [announce(1), announce(2, 'another'), announce(3)]);
    expect(await findScan(db, 'verify')).toMatchObject({ documents: 3, verified: 2, differing: 1 });
    expect(await listDifferences(db)).toMatchObject([
      {
        scanId: scan.id,
        appid: 2,
        part: 'full',
        changeNumber: 100,
        announcedSha1: Buffer.from(sha1Of('another'), 'hex'),
        damage: null,
      },
    ]);
    expect(await readLedger(db, 2)).toMatchObject({ settledChangeNumber: 100 });
  });

  test('wants an app that changed meanwhile, and ignores a server of Steam that lags behind', async () => {
    const db = await storedApps(2);
    await startVerification(db);
    await record(db, await claim(db), [announce(1, 'newer', 101), announce(2, 'older', 99)]);
    expect(await findScan(db, 'verify')).toMatchObject({
      documents: 2,
      verified: 0,
      differing: 0,
      marked: 1,
    });
    expect(await readLedger(db, 1)).toMatchObject({ wantedChangeNumber: 101, settledChangeNumber: 100 });
  });

  test('compares the part that Steam announces with the same stored part', async () => {
    const db = await storedApps(4);
    // The full texts of 1 and 2 were shown until 90; since then only a part of them is.
    await insertDocuments(db, { appid: 1, text: 'part 1', part: 'public' });
    await insertDocuments(db, { appid: 2, text: 'part 2', part: 'public' });
    await startVerification(db);
    await record(db, await claim(db), [
      [1, 100, null, sha1Of('part 1')],
      [2, 100, null, sha1Of('another part')],
      // Steam now sends less of 3 than is stored, and more of 1 than before.
      [3, 100, null, sha1Of('part 3')],
      announce(4),
    ]);
    expect(await findScan(db, 'verify')).toMatchObject({ documents: 6, verified: 2, differing: 1 });
    expect(await listDifferences(db)).toMatchObject([{ appid: 2, part: 'public' }]);
  });

  test('does not compare a text that Steam sends in full again with the stored part', async () => {
    const db = await storedApps(1);
    await insertDocuments(db, { appid: 1, text: 'part', part: 'public' });
    await startVerification(db);
    await record(db, await claim(db), [announce(1, 'a newer full text')]);
    expect(await findScan(db, 'verify')).toMatchObject({ documents: 2, verified: 0, differing: 0 });
  });

  test('counts an app without a response once, after the last attempt', async () => {
    const db = await storedApps(2);
    await startVerification(db);
    await record(db, await claim(db), [announce(1)], [2]);
    expect(await findScan(db, 'verify')).toMatchObject({ documents: 1, verified: 1, finishedAt: null });
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      const { batchId } = await claim(db);
      await releaseBatches(db, [batchId], { counts: true });
    }
    expect(await findScan(db, 'verify')).toMatchObject({
      documents: 2,
      verified: 1,
      differing: 0,
      unanswered: 1,
      finishedAt: expect.any(Date),
    });
  });

  test('lists every difference, and one --fix wants the apps of all of them', async () => {
    const db = await storedApps(2_300);
    const { scan } = await startVerification(db);
    for (let request; (request = await claimScanRequest(db, { size: 600 }));) {
      await record(
        db,
        request,
        request.appids.map((appid) => announce(appid, 'another')),
      );
    }
    expect(await findScan(db, 'verify')).toMatchObject({ differing: 2_300, verified: 0 });
    expect(await countDifferences(db)).toBe(2_300);
    expect(await listDocumentDifferences(db, scan.id)).toHaveLength(1_000);
    expect(await fixDocuments(db, scan.id)).toEqual({ different: 2_300, damaged: 0 });
    const unwanted = db.selectFrom('picsAppLedger').select('id').where('settledChangeNumber', 'is not', null);
    expect(await unwanted.execute()).toEqual([]);
  });

  test('lists a document that was found damaged before it was found to differ once, with both', async () => {
    const db = await storedApps(2);
    const { scan } = await startVerification(db);
    const damaged = { appid: 2, part: 'full' as const, changeNumber: 100, sha1: sha1Of('text 2') };
    await recordDamage(db, scan.id, [{ ...damaged, damage: 'a byte changed' }]);
    await record(db, await claim(db), [announce(1), announce(2, 'another')]);
    expect(await listDifferences(db)).toMatchObject([
      { appid: 2, damage: 'a byte changed', announcedSha1: Buffer.from(sha1Of('another'), 'hex') },
    ]);
  });

  test('lets other scans go first, even those that started later', async () => {
    const db = await storedApps(2);
    await startVerification(db);
    await startScan(db, { reason: 'sweep', knownOnly: true });
    expect((await claim(db, 5)).appids).toEqual([1, 2, 3, 4, 5]);
  });

  test('starts over if one is unfinished, and keeps nothing of it', async () => {
    const db = await storedApps(2);
    const first = await startVerification(db);
    const request = await claim(db, 1);
    await record(db, request, [announce(1, 'another')]);
    const late = await claim(db, 1);
    const second = await startVerification(db);
    expect(second.scan).toMatchObject({ id: first.scan.id, differing: 0, requests: 0, nextAppid: 0 });
    await record(db, late, [announce(2)]);
    expect(await findScan(db, 'verify')).toMatchObject({ documents: 0 });
    expect(await listDifferences(db)).toEqual([]);
  });

  test('keeps the differences of the last finished one until the next is finished', async () => {
    const db = await storedApps(1);
    const verify = async (text: string) => {
      await startVerification(db);
      const kept = await listDifferences(db);
      await record(db, await claim(db), [announce(1, text)]);
      return kept.length;
    };
    expect(await verify('another')).toBe(0);
    expect(await verify('a third')).toBe(1);
    expect((await listDifferences(db)).length).toBe(2);
    expect(await verify('text 1')).toBe(1);
  });

  test('finishes at once if there are no documents', async () => {
    const db = await storedApps(0);
    await startVerification(db);
    expect(await claimScanRequest(db, { size: 10 })).toBeUndefined();
    expect(await findScan(db, 'verify')).toMatchObject({ finishedAt: expect.any(Date), documents: 0 });
  });
});

describe('a verification of a sample', () => {
  test('requests that many apps, and different ones each time', async () => {
    const db = await storedApps(300);
    const chosen = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const { scan, appids = [] } = await startVerification(db, { sample: 20 });
      expect(scan.sample).toBe(20);
      const request = await claim(db, 5);
      expect(request.appids).toEqual(appids.toSorted((a, b) => a - b));
      expect(new Set(appids).size).toBe(20);
      await record(
        db,
        request,
        appids.map((appid) => announce(appid)),
      );
      expect(await findScan(db, 'verify')).toMatchObject({ documents: 20, verified: 20 });
      expect((await findScan(db, 'verify'))?.finishedAt).not.toBeNull();
      chosen.add(appids.join());
    }
    expect(chosen.size).toBe(3);
  });

  test('larger than the catalogue requests everything', async () => {
    const db = await storedApps(3);
    const { appids } = await startVerification(db, { sample: 1_000 });
    expect(appids).toEqual([1, 2, 3]);
  });
});
