import { connectDatabase, startCursor, updateFleetSettings } from '@pics/database';
import { keepReporting, openQueues, setFetchRate } from '@pics/queue';
import { beforeAll, describe, expect, test } from 'vitest';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { createTestDatabase } from '../support/database.ts';
import { createTestRedis } from '../support/redis.ts';
import { runCli } from '../support/run-cli.ts';
import { environmentOf, startTestSimulator } from '../support/simulator.ts';

interface Report {
  problems: number;
  warnings: number;
  findings: { subject: string; level: string; text: string; advice?: string }[];
}

let world: CliWorld;
let steam: Record<string, string>;

/** Everything as it should be: the services working, and Steam reachable. */
beforeAll(async () => {
  world = await createCliWorld();
  steam = environmentOf(await startTestSimulator({ apps: 1 }));
  const queues = openQueues(world.redisUrl, () => {});
  await queues.redis.config('SET', 'appendonly', 'yes');
  await setFetchRate(queues.fetch, 2);
  const reports = ['producer', 'fetcher', 'writer'].map((service) =>
    keepReporting(queues.redis, () => ({
      service,
      replica: 'a/1',
      version: '0.1.0',
      startedAt: new Date().toISOString(),
      counters: {},
    })),
  );
  closeAtEnd('reports', async () => {
    await Promise.all(reports.map((report) => report.stop()));
    await queues.close();
  });
});

async function runDoctor(env: Record<string, string>): Promise<Report & { exitCode: number | null }> {
  const { exitCode, stdout } = await runCli(['doctor', '--json'], env);
  return { exitCode, ...(JSON.parse(stdout) as Report) };
}

test('reports nothing to do when everything is fine', async () => {
  const env = { DATABASE_URL: world.databaseUrl, REDIS_URL: world.redisUrl, ...steam };
  const { exitCode, stdout, stderr } = await runCli(['doctor'], env);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^✓ Postgres {2}version \d+\.\d+$/m);
  expect(stdout).toMatch(/^✓ Redis {5}maxmemory-policy noeviction/m);
  expect(stdout).toMatch(/^✓ Clock {5}Redis and this machine agree to 0\.\d\d s$/m);
  expect(stdout).toMatch(/^✓ Budget {4}2 requests per second for the whole fleet$/m);
  expect(stdout).toMatch(/^✓ Services {2}3 replicas are working$/m);
  expect(stdout).toMatch(/^✓ Steam {5}\S+:\d+ can be reached$/m);
  expect(stdout).toMatch(/Everything is fine\.\n$/);
});

test('reports what may lose work or time, and says what to do', async () => {
  const { redisUrl, databaseUrl, database } = await createCliWorld();
  const queues = openQueues(redisUrl, () => {});
  await queues.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await setFetchRate(queues.fetch, 5);
  await queues.close();
  await updateFleetSettings(database, { paused: true });
  await database
    .updateTable('picsState')
    .set({ polledAt: new Date(Date.now() - 300_000) })
    .execute();
  const { exitCode, problems, warnings, findings } = await runDoctor({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...steam,
  });
  expect([exitCode, problems, warnings]).toEqual([1, 2, 4]);
  const adviceOn = (text: string) => findings.find((finding) => finding.text.includes(text))?.advice;
  expect(adviceOn('maxmemory-policy allkeys-lru')).toContain('CONFIG SET maxmemory-policy noeviction');
  expect(adviceOn('appendonly no')).toContain('CONFIG SET appendonly yes');
  expect(adviceOn('5 requests per second')).toContain('pics rate 2');
  expect(adviceOn('no producer is following Steam: the last poll was 5m ago')).toContain('Start a producer');
  expect(adviceOn('was paused')).toContain('pics resume');
  expect(adviceOn('no producer, no fetcher, no writer')).toContain('npm start');
});

test('reports apps that failed, in the words of the headline', async () => {
  const { redisUrl, databaseUrl, database } = await createCliWorld();
  await startCursor(database, 100);
  await database
    .insertInto('picsAppLedger')
    .values([10, 20].map((id) => ({ id, wantedChangeNumber: 5, failedAt: new Date() })))
    .execute();
  const { findings } = await runDoctor({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, ...steam });
  expect(findings).toContainEqual({
    subject: 'Apps',
    level: 'warning',
    text: expect.stringMatching(/^Up to date; 2 apps failed\. /),
    advice: expect.stringContaining('pics requeue --failed'),
  });
});

test('reports missing migrations, and migrate applies them', async () => {
  const { url } = await createTestDatabase({ migrated: false });
  const { exitCode, findings } = await runDoctor({ DATABASE_URL: url, REDIS_URL: world.redisUrl, ...steam });
  expect(exitCode).toBe(1);
  expect(findings).toContainEqual(
    expect.objectContaining({
      level: 'problem',
      text: expect.stringMatching(/^\d+ migrations are missing$/),
    }),
  );

  expect(await runCli(['migrate'], { DATABASE_URL: url })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Migrated: \w+, /),
  });
  const again = await runCli(['migrate', '--json'], { DATABASE_URL: url });
  expect(JSON.parse(again.stdout)).toEqual({ migrations: [], notices: [] });
  const migrated = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
  expect(await migrated.selectFrom('apps').selectAll().execute()).toEqual([]);
  await migrated.destroy();
});

test('checks everything else when a server is unreachable, and never shows a password', async () => {
  const env = {
    DATABASE_URL: 'postgres://anna:hunter2@127.0.0.1:1/steam',
    REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
    ...steam,
  };
  const { exitCode, stdout } = await runCli(['doctor'], env);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('✗ Postgres  it cannot be reached: connect ECONNREFUSED 127.0.0.1:1');
  expect(stdout).toContain('✗ Redis     Redis cannot be reached: connect ECONNREFUSED 127.0.0.1:1');
  expect(stdout).toContain('✓ Steam');
  expect(stdout).toContain('2 problems.');
  expect(stdout).not.toContain('hunter2');
});

test('checks no server with wrong settings, and names them', async () => {
  const { exitCode, findings } = await runDoctor({ LOG_LEVEL: 'loud', MODE: 'fast' });
  expect(exitCode).toBe(1);
  expect(findings.map(({ subject, text }) => [subject, text.split(' ')[0]])).toEqual([
    ['Settings', 'LOG_LEVEL'],
    ['Settings', 'MODE'],
  ]);
});

describe('a Redis that a person has to correct', { timeout: 60_000 }, () => {
  test.for([
    [
      ['ACL', 'SETUSER', 'default', '-@scripting'],
      'does not permit the user of REDIS_URL',
      'ACL SETUSER name ~* &* +@all',
    ],
    [
      ['ACL', 'SETUSER', 'default', '-@dangerous'],
      'it does not say how it is set: NOPERM',
      'the command INFO',
    ],
    [['REPLICAOF', '127.0.0.1', '1'], 'is a read-only replica', 'Name the primary server in REDIS_URL'],
    [['CONFIG', 'SET', 'maxmemory', '100kb'], 'its memory is full', 'Raise maxmemory'],
  ] as const)('is explained with what to do: %j', async ([[command, ...args], problem, advice]) => {
    const [{ url: DATABASE_URL }, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const operator = openQueues(redis.url, () => {});
    await operator.redis.call(command, ...args);
    await operator.close();
    const { stdout, stderr } = await runCli(['doctor'], { DATABASE_URL, REDIS_URL: redis.url, ...steam });
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    const at = lines.findIndex((line) => line.includes(problem));
    expect(lines[at]).toMatch(/^[✗!] Redis/);
    expect(lines[at + 1]).toContain(advice);
  });
});
