import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { getFleetSettings, updateFleetSettings } from './fleet-settings.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
});

afterEach(() => database.destroy());

test('a fleet has no rate of its own and no pause until somebody sets one', async () => {
  expect(await getFleetSettings(database)).toEqual({ fetchRate: null, pausedAt: null });
});

test('a rate stays set while the fleet is paused and resumed', async () => {
  await updateFleetSettings(database, { fetchRate: 0.5 });
  await updateFleetSettings(database, { paused: true });
  expect(await updateFleetSettings(database, { paused: false })).toEqual({ fetchRate: 0.5, pausedAt: null });
});

test('pausing twice keeps the time of the first', async () => {
  const { pausedAt } = await updateFleetSettings(database, { paused: true });
  expect(pausedAt).toBeInstanceOf(Date);
  expect(await updateFleetSettings(database, { paused: true })).toEqual({ fetchRate: null, pausedAt });
});

test('a rate of null returns to the rate of the settings', async () => {
  await updateFleetSettings(database, { fetchRate: 7 });
  expect(await updateFleetSettings(database, { fetchRate: null })).toEqual({
    fetchRate: null,
    pausedAt: null,
  });
});

test('a rate of zero is refused', async () => {
  await expect(updateFleetSettings(database, { fetchRate: 0 })).rejects.toThrow('fetch_rate');
});
