import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { claimSource } from './cursor.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
});

afterEach(() => database.destroy());

test('an empty database belongs to the first that claims it', async () => {
  expect(await claimSource(database, 'simulator')).toBe('simulator');
  expect(await claimSource(database, 'simulator')).toBe('simulator');
  expect(await claimSource(database, 'steam')).toBe('simulator');
});

test('a database that holds apps nobody claimed belongs to Steam', async () => {
  await database.insertInto('apps').values({ appid: 440 }).execute();
  expect(await claimSource(database, 'simulator')).toBe('steam');
});

test('a database that has followed the feed belongs to Steam', async () => {
  await database.updateTable('picsState').set({ lastChangeNumber: 36_000_000 }).execute();
  expect(await claimSource(database, 'simulator')).toBe('steam');
});
