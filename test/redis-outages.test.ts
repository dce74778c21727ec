import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { openQueues } from '@pics/queue';
import { findFreePort, waitUntil } from '@pics/local';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '@pics/simulator';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { startService, type TestService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';
import { startSilentProxy } from './support/silent-proxy.ts';
import { environmentOf, startTestSimulator } from './support/simulator.ts';

/** Enough for 300 apps on a busy machine. */
const SETTLE_MS = 60_000;

/** At work again this long after a freeze, without a restart. */
const PROMISED_MS = 30_000;

const SERVICES = ['producer', 'fetcher', 'writer', 'board'];

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestSimulator({ apps: 300, seed: 12 });
});

interface Readiness {
  ready: boolean;
  reason: string | undefined;
}

async function readinessOf(service: TestService): Promise<Readiness> {
  const response = await fetch(`${service.url}/readyz`);
  const { reason } = (await response.json()) as { reason?: string };
  return { ready: response.ok, reason };
}

function servicesOf({ services }: Pipeline): TestService[] {
  const { producer, fetchers, writer, board } = services;
  return [producer, ...fetchers, writer, ...(board ? [board] : [])];
}

async function areReady(services: TestService[]): Promise<boolean> {
  const states = await Promise.all(services.map(readinessOf));
  return states.every(({ ready }) => ready);
}

describe('connections to Redis that fall silent', { timeout: 180_000 }, () => {
  test('are replaced within 30 s by every service, without a restart', async () => {
    const redis = await createTestRedis();
    const proxy = await startSilentProxy(redis.url);
    const pipeline = await startPipeline(simulator, { board: true, env: { REDIS_URL: proxy.url } });
    await pipeline.settled(SETTLE_MS);

    proxy.silence();
    simulator.release(20);
    const startedAt = performance.now();
    await pipeline.settled(PROMISED_MS);
    expect(await waitUntil(() => areReady(servicesOf(pipeline)), PROMISED_MS)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(PROMISED_MS);
    expect(await pipeline.stop()).toEqual([0, 0, 0, 0]);
  });
});

describe('a failover of Redis', { timeout: 180_000 }, () => {
  test('is followed: connections that were left on a read-only replica are given up, and no job fails', async () => {
    const [first, second] = [new URL((await createTestRedis()).url), new URL((await createTestRedis()).url)];
    const { password } = first;
    const setting = openQueues(second.href, () => {});
    await setting.redis.config('SET', 'masterauth', password, 'requirepass', password);
    await setting.close();
    second.password = password;
    const proxy = await startMovableProxy(first.href);
    const pipeline = await startPipeline(simulator, { env: { REDIS_URL: proxy.url } });
    await pipeline.settled(SETTLE_MS);
    const [oldPrimary, newPrimary] = [openQueues(first.href, () => {}), openQueues(second.href, () => {})];
    await oldPrimary.redis.config('SET', 'masterauth', password);
    await newPrimary.redis.replicaof(first.hostname, first.port);
    await expect
      .poll(() => newPrimary.redis.info('replication'), { timeout: PROMISED_MS })
      .toContain('master_link_status:up');

    await newPrimary.redis.replicaof('NO', 'ONE');
    await oldPrimary.redis.replicaof(second.hostname, second.port);
    proxy.moveTo(second.href);
    simulator.release(20);
    await pipeline.settled(PROMISED_MS);
    expect(await newPrimary.fetch.bull.getFailedCount()).toBe(0);
    expect(await newPrimary.write.bull.getFailedCount()).toBe(0);
    expect(pipeline.services.fetchers[0]?.lines.filter((line) => line.includes('job failed'))).toEqual([]);
    await Promise.all([oldPrimary.close(), newPrimary.close()]);
  });
});

/** What makes a Redis refuse, the reason that is given to strangers, and what ends it. */
const REFUSALS: [reason: string, cause: string[][], cure: string[][]][] = [
  ['Redis is a read-only replica', [['REPLICAOF', '127.0.0.1', '1']], [['REPLICAOF', 'NO', 'ONE']]],
  [
    'Redis is a replica that has lost its primary',
    [
      ['CONFIG', 'SET', 'replica-serve-stale-data', 'no'],
      ['REPLICAOF', '127.0.0.1', '1'],
    ],
    [['REPLICAOF', 'NO', 'ONE']],
  ],
  [
    'Redis accepts no writes because its memory is full (maxmemory)',
    [['CONFIG', 'SET', 'maxmemory', '100kb']],
    [['CONFIG', 'SET', 'maxmemory', '0']],
  ],
  [
    'Redis does not permit the user of REDIS_URL what the queues need, which is all commands on all keys (ACL ~* +@all)',
    [['ACL', 'SETUSER', 'default', '-@write']],
    [['ACL', 'SETUSER', 'default', '+@all']],
  ],
];

describe('a Redis that refuses', { timeout: 240_000 }, () => {
  test('is the reason that every service gives, their logs stay short, and no job loses an attempt', async () => {
    const pipeline = await startPipeline(simulator, { board: true });
    await pipeline.settled(SETTLE_MS);
    const operator = openQueues(pipeline.redis.url, () => {});
    const run = async (commands: string[][]) => {
      for (const [command = '', ...args] of commands) await operator.redis.call(command, ...args);
    };
    for (const [reason, cause, cure] of REFUSALS) {
      const linesBefore = servicesOf(pipeline).map(({ lines }) => lines.length);
      await run(cause);
      simulator.release(20);
      for (const service of servicesOf(pipeline)) {
        await expect
          .poll(() => readinessOf(service), { timeout: PROMISED_MS })
          .toEqual({ ready: false, reason });
      }
      await run(cure);
      await pipeline.settled(PROMISED_MS);
      expect(await waitUntil(() => areReady(servicesOf(pipeline)), PROMISED_MS)).toBe(true);
      const logged = servicesOf(pipeline).map(({ lines }, index) => lines.length - (linesBefore[index] ?? 0));
      expect(Math.max(...logged)).toBeLessThan(100);
    }
    expect(await operator.fetch.bull.getFailedCount()).toBe(0);
    expect(await operator.write.bull.getFailedCount()).toBe(0);
    const attempted = pipeline.database.selectFrom('picsAppLedger').select('id').where('attempts', '>', 0);
    expect(await attempted.execute()).toEqual([]);
    await operator.close();
  });
});

describe('a first start without Redis', { timeout: 120_000 }, () => {
  test.for([
    ['whose name does not resolve', 'redis://user:hidden@redis.invalid:6379', 'redis.invalid:6379'],
    ['whose port is closed', 'redis://user:hidden@127.0.0.1:1', '127.0.0.1:1'],
  ])(
    '%s is reported by every service, whose log names it, and SIGTERM ends each at once',
    async ([, url = '', server]) => {
      const { url: databaseUrl } = await createTestDatabase();
      const env = { DATABASE_URL: databaseUrl, REDIS_URL: url, ...environmentOf(simulator) };
      const services = await Promise.all(SERVICES.map((name) => startService(name, env, 'alive')));
      for (const service of services) {
        await expect
          .poll(() => readinessOf(service), { timeout: PROMISED_MS })
          .toEqual({ ready: false, reason: 'Redis cannot be reached' });
        await service.waitForLine((line) => line.includes(`Redis cannot be reached: ${server}`));
      }
      const stoppedAt = performance.now();
      expect(await Promise.all(services.map((service) => service.stop()))).toEqual([0, 0, 0, 0]);
      expect(performance.now() - stoppedAt).toBeLessThan(10_000);
      expect(services.flatMap(({ lines }) => lines).filter((line) => line.includes('hidden'))).toEqual([]);
    },
  );

  test('works as soon as Redis is there', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const redis = await createTestRedis();
    const port = await findFreePort();
    const { href } = Object.assign(new URL(redis.url), { port: String(port) });
    const env = { DATABASE_URL: databaseUrl, REDIS_URL: href, ...environmentOf(simulator) };
    const services = await Promise.all(SERVICES.map((name) => startService(name, env, 'alive')));
    await expect
      .poll(() => readinessOf(services[0]!), { timeout: PROMISED_MS })
      .toMatchObject({ reason: 'Redis cannot be reached' });
    await startMovableProxy(redis.url, port);
    expect(await waitUntil(() => areReady(services), PROMISED_MS)).toBe(true);
    expect(await Promise.all(services.map((service) => service.stop()))).toEqual([0, 0, 0, 0]);
  });
});

/** A name that leads to a server, and later to another one: new connections go there, open ones stay where they are. */
async function startMovableProxy(url: string, port = 0): Promise<{ url: string; moveTo(url: string): void }> {
  let target = new URL(url);
  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    closeAtEnd('proxied connection', async () => void client.destroy());
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  closeAtEnd('proxy', async () => void listener.close());
  return {
    url: Object.assign(new URL(url), { port: String((listener.address() as AddressInfo).port) }).href,
    moveTo: (next) => {
      target = new URL(next);
    },
  };
}
