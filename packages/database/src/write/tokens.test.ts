import { JOB_VERSION, type AppRecord, type FetchedApps } from '@pics/core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../connection/connect-database.ts';
import { claimBatch, type Batch } from '../ledger/apps/claim-batch.ts';
import { recordTokens } from '../ledger/tokens/record-tokens.ts';
import { claimTokenRequest } from '../ledger/tokens/token-requests.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { insertLedger, passDelays, readLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { writeBatch } from './write-batch.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
});

const part = (changeNumber: number): AppRecord => ({ appid: 440, changeNumber, access: 'restricted' });

/** Claims the app, with its token if it has one. */
async function claim(): Promise<Batch> {
  const batch = await claimBatch(db, { size: 10 });
  if (!batch) throw new Error('nothing is due');
  return batch;
}

/** Writes the response to a batch; a part of the app, if a token was sent, means that Steam did not take it. */
async function respond({ batchId, changeNumber, tokens }: Batch, record: AppRecord): Promise<void> {
  const token = tokens?.['440'];
  const refusedTokens: FetchedApps['refusedTokens'] =
    token !== undefined && record.access === 'restricted' ? [[440, token]] : [];
  await writeBatch(db, writeJob({ batchId, changeNumber, records: [record], refusedTokens }));
}

/** Asks for the token that is due, and grants this one or none. */
async function answer(token?: string): Promise<void> {
  const { batchId = '' } = (await claimTokenRequest(db)) ?? {};
  const granted: [number, string][] = token === undefined ? [] : [[440, token]];
  await recordTokens(db, { version: JOB_VERSION, task: 'tokens', batchId, granted, denied: [] });
}

describe('a part of an app', () => {
  test('makes its token wanted once, and the token brings the app in full', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 10 });
    await respond(await claim(), part(10));
    expect(await readLedger(db, 440)).toMatchObject({
      settledChangeNumber: 10,
      tokenWantedAt: expect.any(Date),
    });
    await answer('77');
    const batch = await claim();
    expect(batch.tokens).toEqual({ 440: '77' });
    await respond(batch, fullRecord(440, 10));
    expect(await readLedger(db, 440)).toMatchObject({
      settledChangeNumber: 10,
      tokenState: 'granted',
      tokenWantedAt: null,
    });
    expect(await db.selectFrom('apps').select('picsAccess').execute()).toEqual([{ picsAccess: 'public' }]);
  });

  test('does not request a token that Steam denied, and needs none once Steam sends all of it', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenState: 'denied' });
    await respond(await claim(), part(20));
    expect(await readLedger(db, 440)).toMatchObject({ tokenState: 'denied', tokenWantedAt: null });
    await writeBatch(db, writeJob({ records: [fullRecord(440, 30)] }));
    expect(await readLedger(db, 440)).toMatchObject({ tokenState: null, tokenWantedAt: null });
  });

  test('is fetched again when a token arrived while it was in flight without one', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenWantedAt: new Date(0) });
    const batch = await claim();
    await answer('77');
    await respond(batch, part(20));
    await passDelays(db);
    const again = await claim();
    expect(again.tokens).toEqual({ 440: '77' });
    await respond(again, fullRecord(440, 20));
    expect(await claimBatch(db, { size: 10 })).toBeUndefined();
  });

  test('is fetched again with the token even if Steam lagged behind its feed before', async () => {
    await insertLedger(db, {
      id: 440,
      wantedChangeNumber: 20,
      tokenWantedAt: new Date(0),
      staleAnswers: 3,
    });
    const batch = await claim();
    await answer('77');
    await respond(batch, part(20));
    await passDelays(db);
    expect((await claim()).tokens).toEqual({ 440: '77' });
  });

  test('that is older than what is stored changes nothing', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenState: 'granted', accessToken: '77' });
    await respond(await claim(), fullRecord(440, 20));
    const before = await readLedger(db, 440);
    await writeBatch(db, writeJob({ batchId: 'late', changeNumber: 10, records: [part(10)] }));
    expect(await readLedger(db, 440)).toEqual(before);
  });
});

describe('a token that Steam refuses', () => {
  test('is forgotten and requested again at once, and the next one brings the app in full', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenState: 'granted', accessToken: '77' });
    await respond(await claim(), part(20));
    expect(await readLedger(db, 440)).toMatchObject({
      accessToken: null,
      tokenState: null,
      tokenRefusals: 1,
    });
    await answer('88');
    await respond(await claim(), fullRecord(440, 20));
    expect(await readLedger(db, 440)).toMatchObject({
      accessToken: '88',
      tokenState: 'granted',
      tokenRefusals: 0,
      settledChangeNumber: 20,
    });
  });

  test('twice in a row is not requested again for a week', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenState: 'granted', accessToken: '77' });
    await respond(await claim(), part(20));
    await answer('77');
    await respond(await claim(), part(20));
    expect(await readLedger(db, 440)).toMatchObject({
      accessToken: null,
      tokenState: 'refused',
      tokenWantedAt: null,
      settledChangeNumber: 20,
    });
    expect(await claimTokenRequest(db)).toBeUndefined();
  });

  test('does not remove a newer one, with which the app is fetched', async () => {
    await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenState: 'granted', accessToken: '77' });
    const batch = await claim();
    await db.updateTable('picsAppLedger').set({ accessToken: '88' }).execute();
    await respond(batch, part(20));
    await passDelays(db);
    expect((await claim()).tokens).toEqual({ 440: '88' });
  });
});

test('an app of which Steam sends only a part with any token is settled in the end', async () => {
  await insertLedger(db, { id: 440, wantedChangeNumber: 20, tokenState: 'imported', accessToken: '77' });
  for (let response = 0; response < 4; response += 1) {
    const { tokens: _, ...withoutTokens } = await claim();
    await respond(withoutTokens, part(20));
    await passDelays(db);
  }
  expect(await readLedger(db, 440)).toMatchObject({ settledChangeNumber: 20, staleAnswers: 0 });
});
