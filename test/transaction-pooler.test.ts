import { expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { findPgBouncer, startPgBouncer } from './support/pgbouncer.ts';
import { startService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { runCli } from './support/run-cli.ts';
import { environmentOf, startTestSimulator } from './support/simulator.ts';

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
