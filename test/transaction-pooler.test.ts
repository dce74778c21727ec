import { expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { findPgBouncer, startPgBouncer } from './support/pgbouncer.ts';
import { startPipeline } from './support/pipeline.ts';
import { startService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { runCli } from './support/run-cli.ts';
import { environmentOf, startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 120_000;

const program = findPgBouncer();

test.skipIf(!program)(
  'a producer behind a transaction pooler ends with what to use instead, and so does a migration',
  async () => {
    const { url } = await createTestDatabase();
    const pooled = await startPgBouncer(program ?? '', url, { pool_mode: 'transaction' });
    const simulator = await startTestSimulator({ apps: 10, seed: 1 });
    const producer = await startService(
      'producer',
      { DATABASE_URL: pooled, REDIS_URL: (await createTestRedis()).url, ...environmentOf(simulator) },
      'nothing',
    );
    expect(await producer.exited).toBe(1);
    const sentence = /leads to a transaction pooler, .*: use the session pooler or the database itself/;
    expect(producer.lines.filter((line) => sentence.test(line))).not.toEqual([]);

    const { exitCode, stderr } = await runCli(['migrate'], { DATABASE_URL: pooled });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(sentence);
  },
);

test.skipIf(!program)(
  'the whole pipeline migrates and runs through a session pooler on any port, within the 15 connections of the smallest',
  { timeout: 300_000 },
  async () => {
    const { url } = await createTestDatabase({ migrated: false });
    // Two more are for this test itself.
    const pooled = await startPgBouncer(program ?? '', url, {
      pool_mode: 'session',
      default_pool_size: 15 + 2,
    });
    expect(await runCli(['migrate'], { DATABASE_URL: pooled })).toMatchObject({ exitCode: 0 });
    const simulator = await startTestSimulator({ apps: 150, seed: 3 });
    const pipeline = await startPipeline(simulator, { board: true, databaseUrl: pooled });
    await pipeline.settled(SETTLE_MS);
    const status = await runCli(['status'], { DATABASE_URL: pooled, REDIS_URL: pipeline.redis.url });
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('settled') });
    expect(await pipeline.stop()).toEqual([0, 0, 0, 0]);
  },
);

test.skipIf(!program)(
  'writer, board and commands work through a transaction pooler while the producer has a session',
  { timeout: 300_000 },
  async () => {
    const { url } = await createTestDatabase();
    const pooled = await startPgBouncer(program ?? '', url, {
      pool_mode: 'transaction',
      server_round_robin: 1,
      default_pool_size: 3,
    });
    const simulator = await startTestSimulator({ apps: 150, seed: 4 });
    const pipeline = await startPipeline(simulator, { databaseUrl: url });
    await pipeline.services.writer.stop();
    const env = { ...pipeline.env, DATABASE_URL: pooled };
    const [writer, board] = await Promise.all([startService('writer', env), startService('board', env)]);
    await pipeline.settled(SETTLE_MS);
    simulator.release(20);
    expect(await runCli(['sync', '--all', '--wait'], env)).toMatchObject({ exitCode: 0 });
    expect(await runCli(['status'], env)).toMatchObject({ exitCode: 0 });
    expect(await (await fetch(`${board.url}/api/overview`)).json()).toMatchObject({ problems: [] });
    expect(await Promise.all([writer.stop(), board.stop()])).toEqual([0, 0]);
    await pipeline.stop();
  },
);
