import { connectDatabase } from '@pics/database';
import { waitUntil } from '@pics/local';
import { expect, test } from 'vitest';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { startPipeline } from './support/pipeline.ts';
import { startSilentProxy } from './support/silent-proxy.ts';
import { startTestSimulator } from './support/simulator.ts';

/** What is promised after a freeze, and what this machine may add to it when it is busy. */
const PROMISED_MS = 30_000;
const BUSY_MS = 15_000;

test(
  'a pipeline whose connections to Postgres fall silent works again within 30 s, and ends on SIGTERM while they are silent',
  { timeout: 240_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 300, seed: 5 });
    const { url } = await createTestDatabase();
    const proxy = await startSilentProxy(url);
    const pipeline = await startPipeline(simulator, { databaseUrl: proxy.url });
    await pipeline.settled(90_000);
    const direct = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
    closeAtEnd('direct connection', () => direct.destroy());
    const [appid = 0] = simulator.apps().map((app) => app.appid);
    const rename = (name: string) =>
      simulator.editApp(appid, {
        text: Buffer.from(
          `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"${name}"\n\t}\n}\n`,
        ),
        missingToken: false,
        onlyPublic: false,
      });
    const nameIs = async (name: string) => {
      const app = await direct
        .selectFrom('apps')
        .select('name')
        .where('appid', '=', appid)
        .executeTakeFirst();
      return app?.name === name;
    };

    proxy.silence();
    rename('After the freeze');
    expect(await waitUntil(() => nameIs('After the freeze'), PROMISED_MS + BUSY_MS)).toBe(true);
    const { producer, writer, fetchers } = pipeline.services;
    const pids = [producer, writer, ...fetchers].map(({ pid }) => pid);
    for (const pid of pids) expect(() => process.kill(pid, 0)).not.toThrow(); // None was started again.

    proxy.silence();
    proxy.silenceNew();
    for (const code of await pipeline.stop()) expect([0, 1]).toContain(code);
    proxy.restore();
  },
);
