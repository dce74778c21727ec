import { waitUntil } from '@pics/local';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { startPipeline } from './support/pipeline.ts';
import { runCli } from './support/run-cli.ts';
import { startTestSimulator } from './support/simulator.ts';

test(
  "somebody else's open transaction holds back only the apps it has changed, which name it as their reason, and the writer stays ready",
  { timeout: 240_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 300, seed: 5 });
    const { url } = await createTestDatabase();
    const pipeline = await startPipeline(simulator, { databaseUrl: url });
    await pipeline.settled(90_000);
    const changed = simulator
      .apps()
      .slice(0, 12)
      .map((app) => app.appid);
    const [first = 0, second = 0, ...others] = changed;

    const editor = new Client({ connectionString: url, application_name: 'psql' });
    await editor.connect();
    closeAtEnd('editor', () => editor.end());
    await editor.query('begin');
    await editor.query('update apps set updated_at = now() where appid = $1', [first]);
    await editor.query('select from pics_app_ledger where id = $1 for update', [second]);

    for (const appid of changed) {
      simulator.editApp(appid, {
        text: Buffer.from(
          `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"Renamed"\n\t}\n}\n`,
        ),
        missingToken: false,
        onlyPublic: false,
      });
    }
    const renamed = async () => {
      const query = pipeline.database.selectFrom('apps').select('appid').where('name', '=', 'Renamed');
      return (await query.execute()).map(({ appid }) => appid);
    };
    expect(await waitUntil(async () => (await renamed()).length === others.length, 60_000)).toBe(true);
    expect(new Set(await renamed())).toEqual(new Set(others));

    const held = async () =>
      pipeline.database
        .selectFrom('picsAppLedger')
        .select(['attempts', 'failedAt', 'lastError'])
        .where('id', '=', first)
        .executeTakeFirst();
    expect(await waitUntil(async () => (await held())?.lastError?.includes('psql') ?? false, 60_000)).toBe(
      true,
    );
    expect(await held()).toMatchObject({ attempts: 0, failedAt: null });
    const { stdout } = await runCli(['app', String(first)], pipeline.env);
    expect(stdout).toMatch(/held by pid \d+, application psql, since .* UTC/);
    expect(await (await fetch(`${pipeline.services.writer.url}/readyz`)).json()).toMatchObject({
      status: 'ready',
    });

    await editor.query('rollback');
    const all = async () => (await renamed()).length === changed.length;
    expect(await waitUntil(all, 90_000)).toBe(true);
    expect(await pipeline.stop()).toEqual([0, 0, 0]);
  },
);
