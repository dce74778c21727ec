import { recordPoll, startCursor } from '@pics/database';
import { expect, test } from 'vitest';
import { createCliWorld } from '../support/cli-world.ts';
import { startProcess } from '../support/processes.ts';

test('watch prints a change once it is stored, and with --until-settled ends when everything is settled', async () => {
  const { database, databaseUrl, redisUrl } = await createCliWorld();
  await startCursor(database, 100);
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const apps = [{ id: 10, changeNumber: 110, needsToken: false }];
  await recordPoll(database, {
    since: 100,
    current: 105,
    apps: [{ id: 5, changeNumber: 105, needsToken: false }],
    packages: [],
  });
  const watching = startProcess('apps/cli/src/main.ts', ['watch', '--until-settled', '--json'], env);
  await watching.waitForLine(/"type":"progress".*"known":1,"wanted":1/);
  await recordPoll(database, { since: 105, current: 110, apps, packages: [] });
  await watching.waitForLine(/"type":"progress".*"known":2,"wanted":2/);
  expect(watching.lines.some((line) => line.includes('"type":"change"'))).toBe(false);

  await database.insertInto('apps').values({ appid: 10, name: 'Counter-Strike' }).execute();
  await database.updateTable('picsAppLedger').set({ settledChangeNumber: 110 }).execute();
  const line = await watching.waitForLine(/"type":"change"/);
  expect(JSON.parse(line)).toMatchObject({
    changeNumber: 110,
    appid: 10,
    name: 'Counter-Strike',
    outcome: 'stored',
  });
  expect(await watching.exited).toBe(0);
  expect(watching.lines.filter((line) => line.includes('"type":"change"'))).toHaveLength(1);
});

test('watch exits with 0 on Ctrl-C', async () => {
  const { databaseUrl, redisUrl } = await createCliWorld();
  const watching = startProcess('apps/cli/src/main.ts', ['watch'], {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
  });
  await watching.waitForLine(/^known 0 · wanted 0/);
  watching.signal('SIGINT');
  expect(await watching.exited).toBe(0);
});
