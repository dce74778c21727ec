import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectDatabase, migrateToLatest, type Database } from '@pics/database';
import { sql } from 'kysely';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { closeAtEnd } from './support/cleanup.ts';
import { withDatabase } from './support/database-url.ts';
import { createTestFolder } from './support/folder.ts';
import { startPipeline } from './support/pipeline.ts';
import { readBlock, readBlocks } from './support/read-page.ts';
import { startTestSimulator } from './support/simulator.ts';
import { findSystemPostgres, startSystemPostgres } from './support/system-postgres.ts';

const SETTLE_MS = 120_000;
const PAGE = 'docs/supabase.md';

const postgres = await findSystemPostgres();

/** Runs the commands of a block of the page in a folder, but for `npm`, with the programs of the server's version. */
async function runCommands(commands: string, cwd: string, env: Record<string, string>): Promise<void> {
  const lines = commands.split('\n').filter((line) => !line.includes('npm run'));
  const { programs = '', env: own = {} } = postgres ?? {};
  const PATH = `${programs}:${own['PATH']}`;
  await promisify(execFile)('bash', ['-ec', lines.join('\n')], { cwd, env: { ...own, ...env, PATH } });
}

/** What each app was last stored with, and by which names it is found. */
async function readApps(database: Database): Promise<unknown> {
  const apps = sql`select appid, name, pics_change_number, tags, developers from app_details left join sync_status using (appid) order by appid`;
  return (await apps.execute(database)).rows;
}

test.skipIf(!postgres)(
  'a backup that pg_dump made is restored into an empty database, and catches up with Steam from there',
  { timeout: 400_000 },
  async () => {
    const server = await startSystemPostgres(postgres ?? { programs: '', env: {} });
    const admin = new Client({ connectionString: server });
    await admin.connect();
    await admin.query('create role owner login createrole'); // No superuser, as at Supabase.
    for (const name of ['original', 'restored']) await admin.query(`create database ${name} owner owner`);
    await admin.end();
    const [original, restored] = ['original', 'restored'].map((name) =>
      withDatabase(server, name).replace('postgres@', 'owner@'),
    ) as [string, string];
    await migrateToLatest(original);
    const simulator = await startTestSimulator({ apps: 80, seed: 14 });
    const first = await startPipeline(simulator, { databaseUrl: original });
    await first.settled(SETTLE_MS);
    const stored = await readApps(first.database);
    await first.stop();

    const folder = createTestFolder();
    writeFileSync(join(folder, 'restore.sql'), readBlock(PAGE, 'restore.sql'));
    const [backUp, restore] = readBlocks(PAGE).flatMap(({ section, language, text }) =>
      section === 'Back up and restore' && language === 'sh' ? text : [],
    ) as [string, string];
    await runCommands(backUp, folder, { DATABASE_URL: original });
    simulator.release(20);
    await runCommands(restore, folder, { NEW_DATABASE_URL: restored });
    expect(await migrateToLatest(restored)).toEqual([]);

    const database = connectDatabase(restored, { applicationName: 'test', maxConnections: 1 });
    closeAtEnd('database', () => database.destroy());
    expect(await readApps(database)).toEqual(stored);

    const second = await startPipeline(simulator, { databaseUrl: restored });
    await second.caughtUp(SETTLE_MS);
    expect(await readApps(database)).not.toEqual(stored);
    const truth = simulator.apps().filter(({ appid }) => simulator.findApp(appid)?.text.length);
    const followed = second.database
      .selectFrom('syncStatus')
      .select(['appid', 'picsChangeNumber as changeNumber']);
    expect(await followed.orderBy('appid').execute()).toEqual(truth);
    expect(await second.stop()).toEqual([0, 0, 0]);
  },
);
