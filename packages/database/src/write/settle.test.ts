import { MAX_ATTEMPTS } from '@pics/core';
import { describe, expect, test } from 'vitest';
import { fullRecord } from '../testing/app-record.ts';
import type { LedgerRow } from './lock-ledger.ts';
import type { Outcome } from './outcomes.ts';
import { isOlder, settle } from './settle.ts';

const job = { batchId: 'b', changeNumber: 1_000 };

/** An app wanted up to 900, in flight with the job, of which nothing is settled or stored. */
const wanted: LedgerRow = {
  appid: 440,
  picsChangeNumber: null,
  wantedChangeNumber: 900,
  settledChangeNumber: null,
  batchId: 'b',
  attempts: 0,
};

const record = (changeNumber: number): Outcome => ({
  kind: 'record',
  appid: 440,
  record: fullRecord(440, changeNumber),
});
const unknown: Outcome = { kind: 'unknown', appid: 440 };
const failed: Outcome = { kind: 'failed', appid: 440, error: 'KeyValuesError: torn' };
const unanswered = (counts: boolean): Outcome => ({
  kind: 'unanswered',
  appid: 440,
  reason: 'timeout',
  counts,
});

describe('settle', () => {
  test('settles an answered app up to the number its batch was dispatched for', () => {
    expect(settle(record(950), { ...wanted, attempts: 5 }, job)).toEqual({
      appid: 440,
      picsChangeNumber: 950,
      settledChangeNumber: 1_000,
      attempts: 0,
      synced: true,
      delayed: false,
      failed: false,
      lastError: null,
    });
  });

  test('settles beyond that when the answer is newer still', () => {
    expect(settle(record(1_200), wanted, job)).toMatchObject({ settledChangeNumber: 1_200 });
  });

  test('never lowers what is settled or stored', () => {
    const ahead = { ...wanted, picsChangeNumber: 2_000, settledChangeNumber: 2_000, batchId: null };
    expect(settle(record(950), ahead, job)).toMatchObject({
      picsChangeNumber: 2_000,
      settledChangeNumber: 2_000,
    });
    expect(settle(unknown, ahead, job)).toMatchObject({ settledChangeNumber: 2_000 });
  });

  test('leaves an app pending whose answer is older than what was announced, three times', () => {
    for (const attempts of [0, 1, 2]) {
      expect(settle(record(899), { ...wanted, attempts }, job)).toMatchObject({
        picsChangeNumber: 899,
        settledChangeNumber: null,
        attempts: attempts + 1,
        delayed: true,
      });
    }
    expect(settle(record(899), { ...wanted, attempts: 3 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
      attempts: 0,
      delayed: false,
    });
  });

  test('does not wait for a change that came after the batch was dispatched', () => {
    expect(settle(record(950), { ...wanted, wantedChangeNumber: 1_100 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
      delayed: false,
    });
  });

  test('settles an old answer when something newer is stored already', () => {
    expect(settle(record(800), { ...wanted, picsChangeNumber: 900 }, job)).toMatchObject({
      settledChangeNumber: 1_000,
    });
  });

  test('settles an unknown app', () => {
    expect(settle(unknown, wanted, job)).toMatchObject({
      settledChangeNumber: 1_000,
      picsChangeNumber: null,
      synced: true,
    });
  });

  test('fails an app whose answer cannot be used, and settles nothing', () => {
    expect(settle(failed, wanted, job)).toMatchObject({
      settledChangeNumber: null,
      attempts: 1,
      failed: true,
      lastError: 'KeyValuesError: torn',
    });
  });

  test('asks again for an app without an answer, until its last attempt', () => {
    expect(settle(unanswered(true), wanted, job)).toMatchObject({
      attempts: 1,
      delayed: true,
      failed: false,
    });
    expect(settle(unanswered(true), { ...wanted, attempts: MAX_ATTEMPTS - 1 }, job)).toMatchObject({
      attempts: MAX_ATTEMPTS,
      delayed: false,
      failed: true,
      lastError: 'timeout',
    });
  });

  test('charges no attempt for what is not the fault of the app', () => {
    expect(settle(unanswered(false), { ...wanted, attempts: 2 }, job)).toMatchObject({
      attempts: 2,
      delayed: false,
      failed: false,
    });
  });

  test('leaves an app to the batch that carries it now when this one has nothing of it', () => {
    const elsewhere = { ...wanted, batchId: 'newer' };
    expect(settle(failed, elsewhere, job)).toBeUndefined();
    expect(settle(unanswered(true), elsewhere, job)).toBeUndefined();
    expect(settle(unanswered(true), { ...wanted, batchId: null }, job)).toBeUndefined();
    expect(settle(failed, { ...wanted, batchId: null, settledChangeNumber: 900 }, job)).toBeUndefined();
  });
});

describe('isOlder', () => {
  test('is what says less than what is stored', () => {
    const stored = { ...wanted, picsChangeNumber: 950 };
    expect(isOlder(record(949), stored, job)).toBe(true);
    expect(isOlder(record(950), stored, job)).toBe(false);
    expect(isOlder(record(1), wanted, job)).toBe(false);
  });

  test('is an "unknown" that a newer batch has overtaken', () => {
    expect(isOlder(unknown, { ...wanted, batchId: null, picsChangeNumber: 1_001 }, job)).toBe(true);
    expect(isOlder(unknown, { ...wanted, batchId: 'newer', settledChangeNumber: 1_001 }, job)).toBe(true);
    expect(isOlder(unknown, { ...wanted, batchId: null, picsChangeNumber: 1_000 }, job)).toBe(false);
    // An app wanted again by hand may be stored at a higher number than its batch carries.
    expect(isOlder(unknown, { ...wanted, picsChangeNumber: 5_000 }, job)).toBe(false);
  });
});
