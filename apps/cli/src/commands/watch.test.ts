import { connectDatabase, recordPoll, startCursor, type Database } from '@pics/database';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { SettledChanges } from './watch.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
});

afterEach(() => database.destroy());

async function settle(appid: number, settledChangeNumber: number): Promise<void> {
  await database.updateTable('picsAppLedger').set({ settledChangeNumber }).where('id', '=', appid).execute();
}

describe('SettledChanges', () => {
  const next = async (changes: SettledChanges) =>
    (await changes.next()).map(({ changeNumber }) => changeNumber);

  test('returns each change once, even while an earlier one is not settled', async () => {
    await startCursor(database, 100);
    const apps = [10, 20, 30].map((id) => ({ id, changeNumber: 100 + id, needsToken: false }));
    await recordPoll(database, { since: 100, current: 130, apps, packages: [] });
    const changes = new SettledChanges(database, 100);
    expect(await next(changes)).toEqual([]);
    await settle(20, 120);
    expect(await next(changes)).toEqual([120]);
    expect(await next(changes)).toEqual([]);
    await settle(10, 110);
    await settle(30, 130);
    expect(await next(changes)).toEqual([110, 130]);
    expect(await next(changes)).toEqual([]);
  });

  test('returns no change from before the watch began', async () => {
    await startCursor(database, 100);
    const apps = [{ id: 10, changeNumber: 110, needsToken: false }];
    await recordPoll(database, { since: 100, current: 110, apps, packages: [] });
    await settle(10, 110);
    expect(await next(new SettledChanges(database, 110))).toEqual([]);
  });
});
