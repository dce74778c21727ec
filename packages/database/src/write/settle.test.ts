import { MAX_ATTEMPTS } from '@pics/core';
import { describe, expect, test } from 'vitest';
import { fullRecord } from '../testing/app-record.ts';
import type { Outcome } from './outcomes.ts';
import { isOlder, settle, type LedgerRow } from './settle.ts';

const job = { batchId: 'b', changeNumber: 1_000 };

/** An app wanted up to 900, in flight with the job, of which nothing is settled or stored. */
const wanted: LedgerRow = {
  id: 440,
  storedChangeNumber: null,
  storedSha1: null,
  lacksText: false,
  announcedChangeNumber: null,
  wantedChangeNumber: 900,
  settledChangeNumber: null,
  batchId: 'b',
  attempts: 0,
  staleAnswers: 0,
  accessToken: null,
  tokenState: null,
  tokenRefusals: 0,
  isTokenWanted: false,
};

const record = (changeNumber: number): Outcome => ({
  result: 'record',
  appid: 440,
  record: fullRecord(440, changeNumber),
});
const unknown: Outcome = { result: 'unknown', appid: 440 };
const failed: Outcome = { result: 'failed', appid: 440, error: 'KeyValuesError: torn' };
const missing = (counts: boolean): Outcome => ({ result: 'missing', appid: 440, reason: 'timeout', counts });

describe('settle', () => {
  test('settles an app with a response up to the number its batch was dispatched for', () => {
    expect(settle(record(950), { ...wanted, attempts: 5, staleAnswers: 2 }, job)).toEqual({
      id: 440,
      storedChangeNumber: 950,
      storedSha1: null,
      lacksText: true,
      settledChangeNumber: 1_000,
      attempts: 0,
      staleAnswers: 0,
      state: 'settled',
      retries: 0,
      waitSeconds: null,
      lastError: null,
    });
  });

  test('settles beyond that when the response is newer still', () => {
    expect(settle(record(1_200), wanted, job)).toMatchObject({ settledChangeNumber: 1_200 });
  });

  test('says whether the stored response had a text', () => {
    const stored = { ...wanted, storedChangeNumber: 900 };
    const response = (changeNumber: number, body?: Uint8Array) => ({ ...record(changeNumber), body });
    const text = Buffer.from('"appinfo"');
    expect(settle(response(950), stored, job)).toMatchObject({ lacksText: true });
    expect(settle(response(950, text), { ...stored, lacksText: true }, job)).toMatchObject({
      lacksText: false,
    });
    for (const outcome of [response(899), failed, unknown, missing(true)]) {
      expect(settle(outcome, stored, job)).toMatchObject({ lacksText: false });
    }
  });

  test('keeps the digest of the body that the rows show, and none when they do not show all of it', () => {
    const sha1 = 'a'.repeat(40);
    const stored = { ...wanted, storedChangeNumber: 900, storedSha1: 'b'.repeat(40) };
    const full: Outcome = { result: 'record', appid: 440, record: fullRecord(440, 950, { sha1 }) };
    const older: Outcome = { result: 'record', appid: 440, record: fullRecord(440, 899, { sha1 }) };
    expect(settle(full, stored, job)).toMatchObject({ storedSha1: sha1 });
    expect(settle(older, stored, job)).toMatchObject({ storedSha1: stored.storedSha1 });
    expect(settle(failed, stored, job)).toMatchObject({ storedSha1: stored.storedSha1 });
    expect(settle(missing(true), stored, job)).toMatchObject({ storedSha1: stored.storedSha1 });
    expect(settle(record(950), stored, job)).toMatchObject({ storedSha1: null });
    expect(settle(unknown, stored, job)).toMatchObject({ storedSha1: null });
  });

  test('never lowers what is settled or stored', () => {
    const ahead = { ...wanted, storedChangeNumber: 2_000, settledChangeNumber: 2_000, batchId: null };
    expect(settle(record(950), ahead, job)).toMatchObject({
      storedChangeNumber: 2_000,
      settledChangeNumber: 2_000,
    });
    expect(settle(unknown, ahead, job)).toMatchObject({ settledChangeNumber: 2_000 });
  });

  test('leaves an app pending whose response is older than announced, three times', () => {
    for (const staleAnswers of [0, 1, 2]) {
      expect(settle(record(899), { ...wanted, staleAnswers }, job)).toMatchObject({
        storedChangeNumber: 899,
        settledChangeNumber: null,
        staleAnswers: staleAnswers + 1,
        state: 'pending',
        retries: staleAnswers + 1,
      });
    }
    expect(settle(record(899), { ...wanted, staleAnswers: 3 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
      staleAnswers: 0,
      state: 'settled',
    });
  });

  test('keeps an app pending whose response is older than the feed announced, though a requeue lowered what is wanted', () => {
    const requeued = { ...wanted, wantedChangeNumber: 800, announcedChangeNumber: 900 };
    const batch = { ...job, changeNumber: 800 };
    expect(settle(record(899), requeued, batch)).toMatchObject({ state: 'pending', staleAnswers: 1 });
    expect(settle(record(900), requeued, batch)).toMatchObject({ state: 'settled' });
  });

  test('does not accept a stale response because responses were missing before', () => {
    expect(settle(record(899), { ...wanted, attempts: 3 }, job)).toMatchObject({
      settledChangeNumber: null,
      attempts: 3,
      staleAnswers: 1,
      state: 'pending',
    });
  });

  test('does not fail an app without a response because responses were stale before', () => {
    expect(
      settle(missing(true), { ...wanted, attempts: MAX_ATTEMPTS - 2, staleAnswers: 3 }, job),
    ).toMatchObject({ attempts: MAX_ATTEMPTS - 1, staleAnswers: 3, state: 'pending' });
  });

  test('does not wait for a change that came after the batch was dispatched', () => {
    expect(settle(record(950), { ...wanted, wantedChangeNumber: 1_100 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
      state: 'settled',
    });
  });

  test('settles an old response when something newer is stored already', () => {
    expect(settle(record(800), { ...wanted, storedChangeNumber: 900 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
    });
  });

  test('settles an unknown app', () => {
    expect(settle(unknown, { ...wanted, attempts: 2, staleAnswers: 1 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
      storedChangeNumber: null,
      attempts: 0,
      staleAnswers: 0,
      state: 'settled',
    });
  });

  test('fails an app whose response cannot be used, and settles nothing', () => {
    expect(settle(failed, wanted, job)).toMatchObject({
      settledChangeNumber: null,
      attempts: 1,
      state: 'failed',
      lastError: 'KeyValuesError: torn',
    });
  });

  test('asks again for an app without a response, until its last attempt', () => {
    expect(settle(missing(true), wanted, job)).toMatchObject({ attempts: 1, state: 'pending', retries: 1 });
    expect(settle(missing(true), { ...wanted, attempts: MAX_ATTEMPTS - 1 }, job)).toMatchObject({
      attempts: MAX_ATTEMPTS,
      state: 'failed',
      retries: 0,
      lastError: 'timeout',
    });
  });

  test('charges no attempt for what is not the fault of the app', () => {
    expect(settle(missing(false), { ...wanted, attempts: 2 }, job)).toMatchObject({
      attempts: 2,
      state: 'pending',
      retries: 0,
    });
  });

  test('leaves an app to the batch that carries it now when this one has nothing of it', () => {
    const elsewhere = { ...wanted, batchId: 'newer' };
    expect(settle(failed, elsewhere, job)).toBeUndefined();
    expect(settle(missing(true), elsewhere, job)).toBeUndefined();
    expect(settle(missing(true), { ...wanted, batchId: null }, job)).toBeUndefined();
    expect(settle(failed, { ...wanted, batchId: null, settledChangeNumber: 900 }, job)).toBeUndefined();
  });
});

describe('isOlder', () => {
  test('is true of a record that is older than the stored one', () => {
    const stored = { ...wanted, storedChangeNumber: 950 };
    expect(isOlder(record(949), stored, job)).toBe(true);
    expect(isOlder(record(950), stored, job)).toBe(false);
    expect(isOlder(record(1), wanted, job)).toBe(false);
  });

  test('is true of an "unknown" that a newer batch has overtaken', () => {
    expect(isOlder(unknown, { ...wanted, batchId: null, storedChangeNumber: 1_001 }, job)).toBe(true);
    expect(isOlder(unknown, { ...wanted, batchId: 'newer', settledChangeNumber: 1_001 }, job)).toBe(true);
    expect(isOlder(unknown, { ...wanted, batchId: null, storedChangeNumber: 1_000 }, job)).toBe(false);
    // An app wanted again by hand may be stored at a higher number than its batch carries.
    expect(isOlder(unknown, { ...wanted, storedChangeNumber: 5_000 }, job)).toBe(false);
  });
});
