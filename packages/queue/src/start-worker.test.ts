import { once } from 'node:events';
import { FETCH_QUEUE, PermanentError, SteamUnavailable, fetchJobSchema, type FetchJob } from '@pics/core';
import { QueueEvents } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { setFetchRate } from './fetch-rate.ts';
import { openQueues, type Queues } from './open-queues.ts';
import { startWorker, type RunningWorker, type WorkerOptions } from './start-worker.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

const job = (batchId: string): FetchJob => ({ version: 2, task: 'scan', batchId, appids: [440] });

let redis: TestRedis;
let queues: Queues;
let events: QueueEvents;
let workers: RunningWorker[] = [];

beforeAll(async () => {
  redis = await createTestRedis();
});

beforeEach(async () => {
  queues = openQueues(redis.url, () => {});
  await queues.redis.flushdb();
  events = new QueueEvents(FETCH_QUEUE, { connection: { url: redis.url } });
  await events.waitUntilReady();
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  workers = [];
  await events.close();
  await queues.close();
});

afterAll(() => redis.drop());

function work(options: Partial<WorkerOptions<FetchJob>>) {
  const worker = startWorker<FetchJob>({
    queue: FETCH_QUEUE,
    redisUrl: redis.url,
    concurrency: 1,
    schema: fetchJobSchema,
    step: async () => ({}),
    findBlocker: async () => undefined,
    log: silent,
    ...options,
  });
  workers.push(worker);
  return worker;
}

/** The only job on the queue, once an event of that name was emitted for it. */
async function jobAfter(event: 'completed' | 'failed') {
  const [{ jobId }] = (await once(events, event)) as [{ jobId: string }];
  return queues.fetch.bull.getJob(jobId);
}

describe('startWorker', () => {
  test('requeues a job with its attempts untouched while Steam is unavailable, and completes it when Steam is back', async () => {
    let tries = 0;
    work({
      step: async () => {
        tries += 1;
        if (tries <= 5) throw new SteamUnavailable('no session');
        return { apps: 1 };
      },
    });
    const completed = jobAfter('completed');
    await queues.fetch.add(job('a'));
    expect(await completed).toMatchObject({ attemptsMade: 1, returnvalue: { apps: 1 } });
    expect(tries).toBe(6);
  });

  test('takes no job once it is closed, although the check for a blocker gets no response', async () => {
    const hangs = Promise.withResolvers<undefined>();
    let checks = 0;
    let started = 0;
    const worker = work({
      findBlocker: async () => {
        checks += 1;
        return checks === 1 ? undefined : hangs.promise;
      },
      step: async () => {
        started += 1;
        return {};
      },
    });
    await expect.poll(() => checks, { timeout: 10_000 }).toBe(2);
    const countWaitingWorkers = () => queues.fetch.bull.getWorkersCount();
    await expect.poll(countWaitingWorkers, { timeout: 10_000 }).toBe(1);
    const closing = worker.close();
    try {
      await expect.poll(countWaitingWorkers, { timeout: 10_000 }).toBe(0);
      await queues.fetch.add(job('a'));
    } finally {
      hangs.resolve(undefined);
    }
    await closing;
    expect(started).toBe(0);
    expect(await queues.fetch.countLive()).toBe(1);
  });

  test('takes no job while there is a blocker', async () => {
    let blocker: string | undefined = 'the writer is behind';
    let started = 0;
    const worker = work({
      findBlocker: async () => blocker,
      step: async () => {
        started += 1;
        return {};
      },
    });
    const completed = jobAfter('completed');
    await queues.fetch.add(job('a'));
    await expect.poll(() => worker.blocker).toBe('the writer is behind');
    expect(started).toBe(0);
    blocker = undefined;
    await completed;
    expect(worker.blocker).toBeUndefined();
  });

  test('tries a job that throws three times in all', async () => {
    let tries = 0;
    work({
      step: async () => {
        tries += 1;
        throw new Error('hiccup');
      },
    });
    const failed = jobAfter('failed');
    await queues.fetch.add(job('a'));
    expect(await failed).toMatchObject({ attemptsMade: 3, failedReason: 'hiccup' });
    expect(tries).toBe(3);
  });

  test('fails a job at once when it throws a PermanentError', async () => {
    work({ step: async () => Promise.reject(new PermanentError('app 10 cannot be fetched')) });
    const failed = jobAfter('failed');
    await queues.fetch.add(job('a'));
    expect(await failed).toMatchObject({
      attemptsMade: 1,
      failedReason: 'PermanentError: app 10 cannot be fetched',
    });
  });

  test.for([
    ['garbage', 'not even an object'],
    ['an older version', { ...job('a'), version: 0 }],
    ['too many apps', { ...job('a'), appids: Array.from({ length: 20_001 }, (_, appid) => appid) }],
  ])('fails %s on the queue at once, for good and with a clear error', async ([, payload]) => {
    work({});
    const failed = jobAfter('failed');
    await queues.fetch.bull.add('by hand', payload);
    expect(await failed).toMatchObject({
      attemptsMade: 1,
      failedReason: expect.stringContaining('not a job of this version of pics-fetch'),
    });
  });

  test('leaves a job of a newer version to a worker that reads it, with its attempts untouched', async () => {
    work({});
    await queues.fetch.bull.add('apps', { ...job('a'), version: 3 });
    await queues.fetch.add(job('b'));
    await expect
      .poll(() => queues.fetch.bull.getJobCounts('completed', 'failed', 'delayed'))
      .toEqual({
        completed: 1,
        failed: 0,
        delayed: 1,
      });
    const [newer] = await queues.fetch.bull.getDelayed();
    expect(newer).toMatchObject({ attemptsMade: 0, data: { version: 3 } });
    await newer?.promote();
    await expect.poll(async () => (await queues.fetch.bull.getDelayed())[0]?.attemptsStarted).toBe(2);
    expect(await queues.fetch.bull.getFailedCount()).toBe(0);
  });

  test('shares one rate limit among all workers of the queue', async () => {
    const starts: number[] = [];
    const step = async () => {
      starts.push(performance.now());
      return {};
    };
    await setFetchRate(queues.fetch, 20);
    for (const _ of [1, 2, 3]) work({ step, concurrency: 4 });
    for (let count = 0; count < 10; count += 1) await queues.fetch.add(job(`batch-${count}`));
    await expect.poll(() => starts.length, { timeout: 10_000 }).toBe(10);
    // 10 jobs are 9 intervals of 50 ms; noise can only make it longer, except for one interval at either end.
    expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(8 * 50);
  });

  test('finishes the job in progress before it closes', async () => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<Record<string, number>>();
    const worker = work({
      step: () => {
        begun.resolve();
        return finish.promise;
      },
    });
    await queues.fetch.add(job('a'));
    await begun.promise;
    const closed = worker.close();
    finish.resolve({ apps: 1 });
    await closed;
    expect(await queues.fetch.bull.getJobCounts('completed', 'active')).toEqual({ completed: 1, active: 0 });
  });
});
