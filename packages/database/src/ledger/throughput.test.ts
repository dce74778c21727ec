import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { addThroughput } from './throughput.ts';
import { getThroughput } from './throughput.ts';

let database: Database;

beforeEach(async () => {
  const { url } = await createTestDatabase();
  database = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
});

afterEach(() => database.destroy());

/** Within a transaction `now()` is constant, so that no minute ends in the middle of a test. */
async function atOneMoment(test: (trx: Database, now: number) => Promise<void>): Promise<void> {
  await database.transaction().execute(async (trx) => {
    const { rows } = await sql<{ now: Date }>`select now()`.execute(trx);
    await test(trx, rows[0]?.now.getTime() ?? Number.NaN);
  });
}

async function addAt(db: Database, minutesAgo: number, apps: number, requests: number): Promise<void> {
  const minute = sql<Date>`date_trunc('minute', now()) - make_interval(mins => ${minutesAgo})`;
  await db.insertInto('picsThroughput').values({ minute, apps, requests }).execute();
}

test('everything that several processes add at once is counted', async () => {
  await Promise.all(Array.from({ length: 20 }, () => addThroughput(database, { apps: 200, requests: 1 })));
  const rows = await database.selectFrom('picsThroughput').select(['apps', 'requests']).execute();
  const sum = (key: 'apps' | 'requests') => rows.reduce((total, row) => total + row[key], 0);
  expect([sum('apps'), sum('requests')]).toEqual([4_000, 20]);
});

test('adding removes the minutes that are older than eight days', () =>
  atOneMoment(async (trx) => {
    await addAt(trx, 8 * 24 * 60 + 1, 1, 1);
    await addAt(trx, 7 * 24 * 60, 2, 2);
    await addThroughput(trx, { apps: 3, requests: 3 });
    const kept = await trx.selectFrom('picsThroughput').select('apps').orderBy('minute').execute();
    expect(kept.map((row) => row.apps)).toEqual([2, 3]);
  }));

test('an hour has a point for every minute that is over, in order, and 0 where nothing was done', () =>
  atOneMoment(async (trx, now) => {
    await addAt(trx, 1, 24_000, 120);
    await addAt(trx, 30, 600, 60);
    await addAt(trx, 61, 9_999, 9_999);
    const points = await getThroughput(trx, { minutes: 60, step: 1 });
    const over = points.filter(({ from }) => from.getTime() + 60_000 <= now);
    expect(over).toHaveLength(59);
    expect(over.at(-1)).toMatchObject({ appsPerSecond: 400, requestsPerSecond: 2 });
    expect(over.at(-30)).toMatchObject({ appsPerSecond: 10, requestsPerSecond: 1 });
    expect(over.filter((point) => point.appsPerSecond === 0)).toHaveLength(57);
    expect(new Set(over.map(({ from }, index) => from.getTime() - index * 60_000)).size).toBe(1);
  }));

test('a day in parts of ten minutes sums the minutes of each', () =>
  atOneMoment(async (trx, now) => {
    const newest = Math.floor(now / 600_000) * 600_000;
    const parts = [newest - 600_000, newest - 540_000, newest - 60_000, newest - 660_000];
    for (const minute of parts) {
      await trx
        .insertInto('picsThroughput')
        .values({ minute: new Date(minute), apps: 400, requests: 60 })
        .execute();
    }
    const points = await getThroughput(trx, { minutes: 1_440, step: 10 });
    const last = points.find(({ from }) => from.getTime() === newest - 600_000);
    expect(last).toMatchObject({ appsPerSecond: 2, requestsPerSecond: 0.3 });
    expect(points.filter(({ from }) => from.getTime() < newest)).toHaveLength(143);
  }));
