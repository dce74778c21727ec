import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { startPipeline } from './support/pipeline.ts';
import { createTestPostgres } from './support/postgres.ts';
import { runCli } from './support/run-cli.ts';
import { startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 90_000;

test(
  'a database that became a standby is named by every service, migrate and doctor, no app loses an attempt, and work resumes when it is promoted',
  { timeout: 300_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 300, seed: 9 });
    const postgres = await createTestPostgres({ temporary: false });
    const pipeline = await startPipeline(simulator, { board: true, databaseUrl: postgres.url });
    await pipeline.settled(SETTLE_MS);

    writeFileSync(join(postgres.dataDir, 'cluster', 'standby.signal'), '');
    await postgres.restart();
    simulator.release(20);
    const { producer, writer, board } = pipeline.services;
    for (const service of [producer, writer, ...(board ? [board] : [])]) {
      await expect
        .poll(async () => (await fetch(`${service.url}/readyz`)).json(), { timeout: SETTLE_MS })
        .toMatchObject({ status: 'not ready', reason: 'the database is a standby, which only reads' });
    }
    const env = { DATABASE_URL: postgres.url, REDIS_URL: pipeline.redis.url };
    const sentence = /standby, which only reads: name the primary server in DATABASE_URL/;
    const migrated = await runCli(['migrate'], env);
    expect([migrated.exitCode, migrated.stderr]).toEqual([1, expect.stringMatching(sentence)]);
    const doctor = await runCli(['doctor'], env);
    expect(doctor.stdout).toMatch(
      /✗ Postgres {2}it is a standby.*\n.*Name the primary server in DATABASE_URL/,
    );

    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    await client.query('select pg_promote()');
    await client.end();
    await pipeline.caughtUp(SETTLE_MS);
    const ledger = pipeline.database.selectFrom('picsAppLedger').select('id');
    expect(
      await ledger.where((eb) => eb.or([eb('attempts', '>', 0), eb('failedAt', 'is not', null)])).execute(),
    ).toEqual([]);
    expect(await pipeline.stop()).toEqual([0, 0, 0, 0]);
  },
);
