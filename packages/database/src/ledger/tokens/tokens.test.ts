import { JOB_VERSION, type WriteTokensJob } from '@pics/core';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { insertLedger, readLedger } from '../../testing/ledger.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { claimBatch } from '../apps/claim-batch.ts';
import { startCursor } from '../cursor.ts';
import { getBatchesInFlight, releaseBatches } from '../release-batches.ts';
import { countTokens } from './count-tokens.ts';
import { importTokens } from './import-tokens.ts';
import { recordTokens } from './record-tokens.ts';
import { claimTokenRequest, wantTokens } from './token-requests.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
  await startCursor(db, 500);
});

/** Apps that are settled, and whose token is wanted since so many seconds. */
async function insertWanted(seconds: number, ...ids: number[]): Promise<void> {
  await insertLedger(
    db,
    ...ids.map((id) => ({
      id,
      wantedChangeNumber: 10,
      settledChangeNumber: 10,
      storedChangeNumber: 10,
      tokenWantedAt: new Date(Date.now() - seconds * 1_000),
    })),
  );
}

/** Apps that Steam denied a token for so many days ago. */
async function insertDenied(days: number, ...ids: number[]): Promise<void> {
  await insertLedger(
    db,
    ...ids.map((id) => ({
      id,
      wantedChangeNumber: 10,
      settledChangeNumber: 10,
      tokenState: 'denied',
      tokenAskedAt: new Date(Date.now() - days * 86_400_000),
    })),
  );
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

const answer = (batchId: string, granted: [number, string][], denied: number[] = []): WriteTokensJob => ({
  version: JOB_VERSION,
  task: 'tokens',
  batchId,
  granted,
  denied,
});

async function claim(): Promise<string> {
  const request = await claimTokenRequest(db);
  return request?.batchId ?? '';
}

describe('claimTokenRequest', () => {
  test('requests the tokens of new apps at once when nothing else is being fetched', async () => {
    expect(await claimTokenRequest(db)).toBeUndefined();
    await insertWanted(0, 30, 10, 20);
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [10, 20, 30] });
  });

  test('waits for more apps while some are being fetched, for ten seconds at most', async () => {
    await insertWanted(8, 10);
    await insertLedger(db, { id: 99, wantedChangeNumber: 10, batchId: 'b' });
    expect(await claimTokenRequest(db)).toBeUndefined();
    await insertWanted(11, 20);
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [10, 20] });
  });

  test('does not wait when 1,000 apps are due, the most in one request', async () => {
    await insertLedger(db, { id: 9_999, wantedChangeNumber: 10, batchId: 'b' });
    await insertWanted(0, ...range(1, 1_001));
    expect((await claimTokenRequest(db))?.appids).toEqual(range(1, 1_000));
    expect(await claimTokenRequest(db)).toBeUndefined();
  });

  test('has no app in two requests at a time', async () => {
    await insertWanted(60, 10);
    await claim();
    await insertWanted(60, 20);
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [20] });
    expect(await claimTokenRequest(db)).toBeUndefined();
  });

  test('fills a request with apps that were denied a week ago, for which alone there is none', async () => {
    await insertDenied(7, 10);
    await insertDenied(6, 20);
    expect(await claimTokenRequest(db)).toBeUndefined();
    await insertWanted(0, 30);
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [10, 30] });
  });

  test('requests denied apps alone a day later, or when there are 1,000', async () => {
    await insertDenied(8, 10);
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [10] });
    await insertDenied(7, ...range(100, 1_000));
    expect((await claimTokenRequest(db))?.appids).toEqual(range(100, 1_000));
  });

  test('has four requests in flight at most', async () => {
    await insertWanted(60, ...range(1, 5_000));
    for (let request = 0; request < 4; request += 1) expect(await claim()).not.toBe('');
    expect(await claimTokenRequest(db)).toBeUndefined();
  });
});

describe('recordTokens', () => {
  test('stores what Steam grants and wants those apps again; the others are denied', async () => {
    await insertWanted(60, 10, 20, 30);
    const batchId = await claim();
    expect(await recordTokens(db, answer(batchId, [[10, '18446744073709551615']], [20]))).toEqual({
      granted: 1,
      denied: 2,
    });
    expect(await readLedger(db, 10)).toMatchObject({
      accessToken: '18446744073709551615',
      tokenState: 'granted',
      tokenWantedAt: null,
      tokenAskedAt: expect.any(Date),
      settledChangeNumber: null,
    });
    for (const id of [20, 30]) {
      expect(await readLedger(db, id)).toMatchObject({
        accessToken: null,
        tokenState: 'denied',
        tokenWantedAt: null,
        tokenAskedAt: expect.any(Date),
        settledChangeNumber: 10,
      });
    }
    expect(await getBatchesInFlight(db)).toEqual([]);
    expect(await claimTokenRequest(db)).toBeUndefined();
  });

  test('changes nothing the second time', async () => {
    await insertWanted(60, 10, 20);
    const batchId = await claim();
    const job = answer(batchId, [[10, '77']], [20]);
    await recordTokens(db, job);
    const batch = await claimBatch(db, { size: 10 });
    expect(batch).toMatchObject({ appids: [10], tokens: { 10: '77' } });
    await recordTokens(db, job);
    expect(await readLedger(db, 10)).toMatchObject({ batchId: batch?.batchId, accessToken: '77' });
    expect(await readLedger(db, 20)).toMatchObject({ tokenState: 'denied' });
  });

  test('counts what a released request brings, and takes no token away', async () => {
    await insertWanted(60, 10, 20);
    const [lost, again] = [await claim(), await releaseAndClaim()];
    await recordTokens(db, answer(lost, [[10, '77']], [20]));
    await recordTokens(db, answer(again, [], [10, 20]));
    expect(await readLedger(db, 10)).toMatchObject({ accessToken: '77', tokenState: 'granted' });
    expect(await readLedger(db, 20)).toMatchObject({ accessToken: null, tokenState: 'denied' });
  });

  async function releaseAndClaim(): Promise<string> {
    await releaseBatches(db, await getBatchesInFlight(db), { counts: false });
    return claim();
  }

  test('leaves imported tokens as they are', async () => {
    await insertWanted(60, 10, 20);
    const batchId = await claim();
    await importTokens(db, { apps: [10, 20].map((id) => ({ id, token: '99' })), packages: [] });
    await recordTokens(db, answer(batchId, [[10, '77']], [20]));
    for (const id of [10, 20]) {
      expect(await readLedger(db, id)).toMatchObject({ accessToken: '99', tokenState: 'imported' });
    }
  });

  test('sends an app at once that waited to be tried again, now that it has a token', async () => {
    await insertWanted(11, 10);
    await sql`update pics_app_ledger set attempts = 1, settled_change_number = null, not_before = now() + interval '1 hour'`.execute(
      db,
    );
    await recordTokens(db, answer(await claim(), [[10, '7']]));
    expect(await claimBatch(db, { size: 200 })).toMatchObject({ appids: [10] });
  });

  test('asks again for an app whose token became wanted after the request went out', async () => {
    await insertWanted(60, 10);
    const batchId = await claim();
    await wantTokens(db, [10]);
    await recordTokens(db, answer(batchId, [], [10]));
    expect(await readLedger(db, 10)).toMatchObject({ tokenState: 'denied', tokenWantedAt: expect.any(Date) });
  });
});

describe('releaseBatches', () => {
  test('makes a request that is lost due again at once', async () => {
    await insertWanted(60, 10);
    await insertDenied(8, 20);
    const batchId = await claim();
    expect(await getBatchesInFlight(db)).toEqual([batchId]);
    await releaseBatches(db, [batchId], { counts: false });
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [10, 20] });
  });

  test('makes a request whose job failed due again five minutes later', async () => {
    await insertWanted(60, 10);
    await insertDenied(8, 20);
    await releaseBatches(db, [await claim()], { counts: true, error: 'Error: broken' });
    expect(await claimTokenRequest(db)).toBeUndefined();
    await sql`update pics_app_ledger set token_wanted_at = token_wanted_at - interval '5 minutes'`.execute(
      db,
    );
    expect(await claimTokenRequest(db)).toMatchObject({ appids: [10, 20] });
  });
});

describe('importTokens', () => {
  test('stores tokens of known and unknown apps, and wants again those that are new', async () => {
    await insertLedger(
      db,
      { id: 10, wantedChangeNumber: 10, settledChangeNumber: 10, accessToken: '1', tokenState: 'granted' },
      { id: 20, wantedChangeNumber: 10, settledChangeNumber: 10, accessToken: '2', tokenState: 'granted' },
    );
    const apps = [10, 20, 30].map((id) => ({ id, token: id === 10 ? '1' : '99' }));
    expect(await importTokens(db, { apps, packages: [{ id: 12, token: '5' }] })).toEqual({
      apps: 2,
      packages: 1,
    });
    expect(await readLedger(db, 10)).toMatchObject({ tokenState: 'imported', settledChangeNumber: 10 });
    for (const id of [20, 30]) {
      expect(await readLedger(db, id)).toMatchObject({ accessToken: '99', settledChangeNumber: null });
    }
    expect(await claimBatch(db, { size: 10 })).toMatchObject({
      appids: [20, 30],
      tokens: { 20: '99', 30: '99' },
    });
    expect(await countTokens(db)).toEqual({
      apps: { granted: 0, imported: 3, denied: 0, refused: 0, waiting: 0 },
      packages: { granted: 0, imported: 1, denied: 0, refused: 0, waiting: 0 },
    });
  });
});
