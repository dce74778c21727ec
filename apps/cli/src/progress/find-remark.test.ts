import { connectDatabase, updateFleetSettings, type Database } from '@pics/database';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { findRemark } from './find-remark.ts';
import type { Progress } from './progress.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
});

afterEach(() => database.destroy());

describe('whoever waits', () => {
  const progress = (wanted: number, scanned?: number): Progress => ({
    counts: {
      known: 10,
      wanted,
      inFlight: 0,
      settled: 10 - wanted,
      failed: 0,
      oldestWantedChangeNumber: null,
    },
    scanned,
  });
  const remark = (standing: Progress, rate: number, watchedMs: number) =>
    findRemark(database, standing, rate, watchedMs);

  test('is told that the fleet is paused', async () => {
    await updateFleetSettings(database, { paused: true });
    expect(await remark(progress(5), 100, 0)).toContain('pics resume');
  });

  test('is told after some time that nothing moves, unless a scan is on', async () => {
    expect(await remark(progress(5), 0, 60_000)).toContain('pics doctor');
    expect(await remark(progress(5), 0, 5_000)).toBeUndefined();
    expect(await remark(progress(5), 0.1, 60_000)).toBeUndefined();
    expect(await remark(progress(0), 0, 60_000)).toBeUndefined();
    expect(await remark(progress(5, 0.5), 0, 60_000)).toBeUndefined();
  });
});
