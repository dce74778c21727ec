import { connectDatabase } from '@pics/database';
import { expect, test } from 'vitest';
import { closeAtEnd } from '../../../../test/support/cleanup.ts';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { createEntryCounts } from './entry-counts.ts';

test('counts are those of the last minute, those of ten minutes while they are counted again, and never older', async () => {
  const { url } = await createTestDatabase();
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('connections of the test', () => database.destroy());
  let now = 0;
  const getCounts = createEntryCounts(database, () => now);
  const count = async () => (await getCounts('deck')).reduce((sum, { apps }) => sum + apps, 0);
  const addApp = async (appid: number) => {
    await database.insertInto('apps').values({ appid }).execute();
    await database.insertInto('appSteamDeck').values({ appid, status: 'verified' }).execute();
  };
  await addApp(1);
  expect(await count()).toBe(1);
  await addApp(2);
  now = 59_000;
  expect(await count()).toBe(1);
  now = 61_000;
  expect(await count()).toBe(1);
  await expect.poll(count).toBe(2);
  await addApp(3);
  now += 10 * 60_000;
  expect(await count()).toBe(3);
});
