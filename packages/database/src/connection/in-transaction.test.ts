import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { inTransaction } from './in-transaction.ts';
import { insertLedger } from '../testing/ledger.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';

describe('inTransaction', () => {
  test('runs a transaction again that Postgres ended because of a deadlock', async () => {
    const { db } = await freshDatabase();
    await insertLedger(db, { id: 1 }, { id: 2 });
    let runs = 0;
    const bothHold = Promise.withResolvers<void>();
    const lockBoth = (first: number, second: number) =>
      inTransaction(db, async (trx) => {
        const lock = (id: number) =>
          sql`select from pics_app_ledger where id = ${id} for update`.execute(trx);
        await lock(first);
        runs += 1;
        if (runs === 2) bothHold.resolve();
        await bothHold.promise;
        await lock(second);
        return first;
      });
    expect(await Promise.all([lockBoth(1, 2), lockBoth(2, 1)])).toEqual([1, 2]);
    expect(runs).toBe(3);
  });

  test('joins a running transaction', async () => {
    const { db } = await freshDatabase();
    const outer = db.transaction().execute(async (trx) => {
      await inTransaction(trx, (same) => insertLedger(same, { id: 1 }));
      throw new Error('undone');
    });
    await expect(outer).rejects.toThrow('undone');
    expect(await db.selectFrom('picsAppLedger').selectAll().execute()).toEqual([]);
  });

  test('throws other errors without another attempt', async () => {
    const { db } = await freshDatabase();
    let runs = 0;
    const failing = inTransaction(db, async () => {
      runs += 1;
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(runs).toBe(1);
  });
});
