import { mkdirSync, rmSync } from 'node:fs';
import { FETCH_QUEUE, fetchJobSchema, RedisUnavailable, type FetchJob } from '@pics/core';
import { describe, expect, test, vi } from 'vitest';
import { closeAtEnd } from '../../../test/support/cleanup.ts';
import { createTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { startSilentProxy } from '../../../test/support/silent-proxy.ts';
import { findRedisBlocker } from './connection.ts';
import { openQueues, type Queues } from './open-queues.ts';
import { describeRedisError, isRedisUnavailable } from './redis-errors.ts';
import { startWorker, type RunningWorker, type WorkerOptions } from './start-worker.ts';

/** What the pipeline promises: at work again this long after a freeze, without a restart. */
const PROMISED_MS = 30_000;

const job = (batchId: string): FetchJob => ({ version: 2, task: 'scan', batchId, appids: [440] });

function open(url: string): Queues {
  const queues = openQueues(url, () => {});
  closeAtEnd('queues', () => queues.close());
  return queues;
}

/** A worker, with every line it has logged. */
function work(url: string, options: Partial<WorkerOptions<FetchJob>> = {}) {
  const lines: string[] = [];
  const log = (fields: object, message: string) =>
    void lines.push(`${message} ${'err' in fields ? String(fields.err) : JSON.stringify(fields)}`);
  const worker: RunningWorker = startWorker<FetchJob>({
    queue: FETCH_QUEUE,
    redisUrl: url,
    concurrency: 4,
    schema: fetchJobSchema,
    step: async () => ({}),
    findBlocker: async () => undefined,
    log: { info: log, warn: log, error: log },
    ...options,
  });
  closeAtEnd('worker', () => worker.close());
  return { worker, lines };
}

/** What makes a Redis refuse writes, and what ends it again. */
interface Refusal {
  name: string;
  reason: RegExp;
  /** More lines of its configuration. */
  settings?: string[];
  cause: (redis: Queues['redis'], dataDir: string, server: TestRedis) => Promise<unknown>;
  cure: (redis: Queues['redis'], dataDir: string) => Promise<unknown>;
}

/** With what Redis says about it at the end, which names the command. */
const NOT_PERMITTED =
  /does not permit .* all commands on all keys \(ACL ~\* \+@all\): .*, (NOPERM|ERR The user)/;

let restarting: Promise<void> = Promise.resolve();

const refusals: Refusal[] = [
  {
    name: 'that became a replica',
    reason: /is a read-only replica: /,
    cause: (redis) => redis.replicaof('127.0.0.1', 1),
    cure: (redis) => redis.replicaof('NO', 'ONE'),
  },
  {
    name: 'without the replicas it needs',
    reason: /without replicas \(min-replicas-to-write\): /,
    cause: (redis) => redis.config('SET', 'min-replicas-to-write', 1),
    cure: (redis) => redis.config('SET', 'min-replicas-to-write', 0),
  },
  {
    name: 'whose memory is full',
    reason: /its memory is full \(maxmemory\): /,
    cause: (redis) => redis.config('SET', 'maxmemory', '100kb'),
    cure: (redis) => redis.config('SET', 'maxmemory', 0),
  },
  {
    name: 'that cannot save to disk',
    reason: /cannot save to disk \(MISCONF\): /,
    cause: async (redis, dataDir) => {
      await redis.config('SET', 'save', '3600 1');
      rmSync(dataDir, { recursive: true });
      await redis.bgsave();
      const hasFailed = async () =>
        expect(await redis.info('persistence')).toContain('rdb_last_bgsave_status:err');
      await vi.waitFor(hasFailed, PROMISED_MS);
    },
    cure: (redis, dataDir) => {
      mkdirSync(dataDir);
      return redis.config('SET', 'save', '');
    },
  },
  {
    name: 'that is a replica without its primary',
    reason: /is a replica that has lost its primary: /,
    cause: async (redis) => {
      await redis.config('SET', 'replica-serve-stale-data', 'no');
      await redis.replicaof('127.0.0.1', 1);
    },
    cure: (redis) => redis.replicaof('NO', 'ONE'),
  },
  {
    name: 'that is busy with a script',
    reason: /is busy with a script: /,
    cause: async (redis, _dataDir, server) => {
      await redis.config('SET', 'busy-reply-threshold', 100);
      open(server.url)
        .redis.eval('while true do end', 0)
        .catch(() => {});
    },
    cure: (redis) => redis.script('KILL'),
  },
  {
    name: 'that is still loading its data',
    reason: /is still loading its data: /,
    // It saves when it ends, and takes a while for each key when it starts.
    settings: ['save 3600 1000000', 'key-load-delay 20000', 'loading-process-events-interval-bytes 1024'],
    cause: async (redis, _dataDir, server) => {
      for (let key = 0; key < 400; key += 1) await redis.set(`other:${key}`, 'x'.repeat(200));
      restarting = server.restart();
    },
    cure: () => restarting,
  },
  {
    name: 'whose user may not write',
    reason: NOT_PERMITTED,
    cause: (redis) => redis.call('ACL', 'SETUSER', 'default', '-@write'),
    cure: (redis) => redis.call('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    name: 'whose user may not run scripts',
    reason: NOT_PERMITTED,
    cause: (redis) => redis.call('ACL', 'SETUSER', 'default', '-@scripting'),
    cure: (redis) => redis.call('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    name: 'whose user may not change the keys of the queues',
    reason: NOT_PERMITTED,
    cause: (redis) => redis.call('ACL', 'SETUSER', 'default', 'resetkeys', '~pics:*'),
    cure: (redis) => redis.call('ACL', 'SETUSER', 'default', 'allkeys'),
  },
];

// Each test has a Redis of its own and waits for it most of the time.
describe.concurrent('a Redis that refuses writes', { timeout: 60_000 }, () => {
  test.for(refusals)(
    '$name is an outage: no attempt is lost and the reason is given',
    async (refusal, { expect }) => {
      const redis = await createTestRedis(refusal.settings);
      const operator = open(redis.url);
      const [, dataDir = ''] = await operator.redis.config('GET', 'dir');
      const queues = open(redis.url);
      let started = 0;
      let begun = Promise.withResolvers<void>();
      const proceed = Promise.withResolvers<void>();
      const { worker, lines } = work(redis.url, {
        step: async () => {
          started += 1;
          begun.resolve();
          await proceed.promise;
          if (started <= 2)
            await queues.write.add({ version: 2, task: 'scan', batchId: 'w', seen: [], unanswered: [] });
          return {};
        },
      });
      await expect.poll(() => worker.blocker).toBeUndefined();
      await queues.fetch.add(job('a'));
      await queues.fetch.add(job('b'));
      await begun.promise;
      await expect.poll(() => started).toBe(2);

      await refusal.cause(operator.redis, dataDir, redis);
      proceed.resolve();
      const wait = { timeout: PROMISED_MS };
      await expect.poll(() => worker.blocker, wait).toMatch(refusal.reason);
      await expect.poll(() => findRedisBlocker(queues.redis), wait).toMatch(refusal.reason);
      await expect(queues.fetch.add(job('c'))).rejects.toThrow(RedisUnavailable);
      expect(lines.length).toBeLessThan(40);

      await refusal.cure(operator.redis, dataDir);
      await expect
        .poll(() => queues.fetch.bull.getJobCounts('completed', 'failed', 'delayed'), {
          timeout: PROMISED_MS,
        })
        .toEqual({ completed: 2, failed: 0, delayed: 0 });
      const jobs = await queues.fetch.bull.getCompleted();
      expect(jobs.map(({ attemptsMade }) => attemptsMade)).toEqual([1, 1]);
      await expect.poll(() => worker.blocker).toBeUndefined();
      await expect.poll(() => findRedisBlocker(queues.redis)).toBeUndefined();
    },
  );
});

describe.concurrent('connections to Redis that fall silent', { timeout: 90_000 }, () => {
  test('are replaced: a worker and a queue work again within 30 s', async ({ expect }) => {
    const redis = await createTestRedis();
    const proxy = await startSilentProxy(redis.url);
    const queues = open(proxy.url);
    const { worker } = work(proxy.url);
    await expect.poll(() => worker.blocker).toBeUndefined();
    await queues.fetch.add(job('a'));
    await expect.poll(() => queues.fetch.bull.getCompletedCount()).toBe(1);

    proxy.silence();
    await expect
      .poll(() => queues.fetch.add(job('b')).then(() => true, String), { timeout: PROMISED_MS })
      .toBe(true);
    await expect.poll(() => worker.completedJobs, { timeout: PROMISED_MS }).toBeGreaterThanOrEqual(2);
    expect(worker.blocker).toBeUndefined();
  });

  test('are given as the reason while they last', async ({ expect }) => {
    const redis = await createTestRedis();
    const proxy = await startSilentProxy(redis.url);
    const queues = open(proxy.url);
    await expect.poll(() => findRedisBlocker(queues.redis)).toBeUndefined();
    proxy.silence();
    proxy.silenceNew();
    const { host } = new URL(proxy.url);
    expect(await findRedisBlocker(queues.redis)).toBe(`Redis does not respond: ${host}`);
    await expect
      .poll(() => findRedisBlocker(queues.redis), { timeout: PROMISED_MS })
      .toMatch(/cannot be reached: .*, Socket timeout/);
  });
});

test('a wrong password is named as what it is', async () => {
  const { url } = await createTestRedis();
  const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
  const queues = open(wrong);
  const { worker } = work(wrong);
  const reason = /^Redis refuses the user or password of REDIS_URL: /;
  await expect.poll(() => findRedisBlocker(queues.redis)).toMatch(reason);
  await expect.poll(() => worker.blocker).toMatch(reason);
  await expect(queues.fetch.add(job('a'))).rejects.toThrow(RedisUnavailable);
});

test('a cluster is named as what it is: while it is down, and as unfit for the queues once it is up', async () => {
  const { url } = await createTestRedis(['cluster-enabled yes']);
  const queues = open(url);
  await expect.poll(() => findRedisBlocker(queues.redis)).toMatch(/belongs to a cluster that is down: /);
  await expect(queues.fetch.add(job('a'))).rejects.toThrow(RedisUnavailable);
  await queues.redis.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  const unfit = /is a cluster, on which the queues cannot work, so REDIS_URL must name a single server: /;
  await expect.poll(() => findRedisBlocker(queues.redis), { timeout: PROMISED_MS }).toMatch(unfit);
  await expect(queues.fetch.add(job('a'))).rejects.toThrow(RedisUnavailable);
});

describe('a worker whose Redis was killed', { timeout: 30_000 }, () => {
  test('ends at once while no connection can be made', async () => {
    const redis = await createTestRedis();
    const { worker } = work(redis.url);
    await expect.poll(() => worker.blocker).toBe(undefined);
    await redis.kill();
    await expect.poll(() => worker.blocker).toMatch(/^Redis cannot be/);
    await worker.close();
  });

  test('finishes its job, and ends then', async () => {
    const redis = await createTestRedis();
    const queues = open(redis.url);
    const finish = Promise.withResolvers<object>();
    const { worker } = work(redis.url, { step: () => finish.promise });
    await queues.fetch.add(job('a'));
    await expect.poll(() => worker.activeJobs).toBe(1);
    await redis.kill();
    await expect.poll(() => worker.blocker).toMatch(/^Redis cannot be/);
    const closing = worker.close();
    await redis.restart();
    finish.resolve({});
    await closing;
    expect(worker.completedJobs).toBe(1);
  });
});

describe('a Redis that was never reached', { timeout: 30_000 }, () => {
  test.for([
    [
      'a name that does not resolve',
      'redis://user:secret@redis.invalid:6399',
      /^Redis cannot be reached: redis\.invalid:6399, getaddrinfo E/,
    ],
    [
      'a closed port',
      'redis://:secret@127.0.0.1:1',
      /^Redis cannot be reached: 127\.0\.0\.1:1, connect ECONNREFUSED/,
    ],
  ] as const)(
    'is named with the reason, and nothing waits for it at the end: %s',
    async ([, url, reason]) => {
      const queues = openQueues(url, () => {});
      const { worker } = work(url);
      await expect.poll(() => findRedisBlocker(queues.redis)).toMatch(reason);
      await expect.poll(() => worker.blocker).toMatch(reason);
      const adding = queues.fetch.add(job('a')).catch((error: Error) => error);
      await Promise.all([worker.close(), queues.close()]);
      expect(await adding).toBeInstanceOf(RedisUnavailable);
    },
  );

  test('is used as soon as it is there', async () => {
    const redis: TestRedis = await createTestRedis();
    await redis.kill();
    const queues = open(redis.url);
    const { worker } = work(redis.url);
    await expect.poll(() => worker.blocker).toMatch(/ECONNREFUSED/);
    await redis.restart();
    await expect
      .poll(() => queues.fetch.add(job('a')).then(() => true, String), { timeout: 20_000 })
      .toBe(true);
    await expect.poll(() => worker.completedJobs, { timeout: 20_000 }).toBe(1);
  });
});

test.for([
  ["READONLY You can't write against a read only replica.", 'is a read-only replica'],
  [
    "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
    'is a read-only replica',
  ],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'lost its primary'],
  ['LOADING Redis is loading the dataset in memory', 'still loading'],
  ['CLUSTERDOWN The cluster is down', 'cluster'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'moving keys'],
  ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', 'script'],
  ['UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)', 'replica'],
  ["NOPERM User worker has no permissions to run the 'evalsha' command", 'does not permit'],
  [
    "ERR The user executing the script can't run this command or subcommand script: 9fd6, on @user_script:1.",
    'does not permit',
  ],
  [
    "ERR ACL failure in script: User worker has no permissions to run the 'xadd' command script: 9fd6, on @user_script:1.",
    'does not permit',
  ],
  ["CROSSSLOT Keys in request don't hash to the same slot", 'is a cluster'],
  ['NOAUTH Authentication required.', 'requires a password'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'refuses the user or password'],
])('the reply "%s" is an outage with its reason', ([message, reason]) => {
  const error = new Error(message);
  expect(isRedisUnavailable(error)).toBe(true);
  expect(describeRedisError('redis:6379', error)).toContain(reason);
});

test.for([
  'ERR wrong number of arguments',
  'WRONGTYPE Operation against a key',
  'Missing lock for job 1. finished',
])('the reply "%s" is a fault and no outage', (message) => {
  expect(isRedisUnavailable(new Error(message))).toBe(false);
});
