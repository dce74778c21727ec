import { SteamRefused } from '@pics/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { openQueues, type Queues } from './open-queues.ts';
import { findSteamPause, findSteamPauseReason, requestUnlessPaused } from './steam-pause.ts';

let server: TestRedis;
let queues: Queues;

beforeAll(async () => {
  server = await createTestRedis();
  queues = openQueues(server.url, () => {});
});

beforeEach(() => queues.redis.flushdb());

afterAll(async () => {
  await queues.close();
  await server.drop();
});

const refuse = (kind: 'poll' | 'products' = 'products') =>
  requestUnlessPaused(queues.redis, kind, () => Promise.reject(new SteamRefused('RateLimitExceeded'))).catch(
    (error: Error) => error,
  );
const respond = (kind: 'poll' | 'products' = 'products') =>
  requestUnlessPaused(queues.redis, kind, async () => 'a response');

/** Lets the pause be over, as time would. */
const endPause = () => queues.redis.hset('pics:steam-pause', 'until', 1);

async function pauseMs(): Promise<number> {
  const pause = await findSteamPause(queues.redis);
  return pause ? pause.until.getTime() - Date.now() : 0;
}

describe('a refusal of Steam', () => {
  test('pauses every request of the fleet, and says since when and for how long', async () => {
    expect(await findSteamPause(queues.redis)).toBeUndefined();
    await refuse();
    let made = 0;
    const request = async () => void (made += 1);
    for (const kind of ['poll', 'products'] as const) {
      await expect(requestUnlessPaused(queues.redis, kind, request)).rejects.toThrow(SteamRefused);
    }
    expect(made).toBe(0);
    expect(await findSteamPauseReason(queues.redis)).toMatch(
      /^Steam has refused requests for \d s, the fleet pauses for [345] s more$/,
    );
  });

  test('pauses for 5 s at first and twice as long each time, up to 5 minutes', async () => {
    for (const longestMs of [5, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1_000)) {
      await refuse();
      const ms = await pauseMs();
      expect(ms).toBeLessThanOrEqual(longestMs + 100);
      expect(ms).toBeGreaterThan(longestMs * 0.8 - 2_000);
      await endPause();
    }
  });

  test('of a request that was under way when the pause began does not make it longer', async () => {
    const late = Promise.withResolvers<never>();
    const underWay = requestUnlessPaused(queues.redis, 'products', () => late.promise).catch(() => {});
    await refuse();
    late.reject(new SteamRefused('RateLimitExceeded'));
    await underWay;
    expect(await pauseMs()).toBeLessThanOrEqual(5_100);
  });
});

describe('after a pause', () => {
  test('one request alone tries whether Steam responds', async () => {
    await refuse();
    await endPause();
    expect(await findSteamPauseReason(queues.redis)).toBeUndefined();
    const trial = Promise.withResolvers<string>();
    const trying = requestUnlessPaused(queues.redis, 'products', () => trial.promise);
    await expect.poll(() => findSteamPauseReason(queues.redis)).toMatch(/^Steam has refused requests for/);
    await expect(respond()).rejects.toThrow(SteamRefused);
    trial.resolve('a response');
    await trying;
    expect(await respond()).toBe('a response');
  });

  test('a trial without any response leaves the trial to the next request', async () => {
    await refuse();
    await endPause();
    const lost = requestUnlessPaused(queues.redis, 'products', () =>
      Promise.reject(new Error('session lost')),
    );
    await expect(lost).rejects.toThrow('session lost');
    const silent = requestUnlessPaused(
      queues.redis,
      'products',
      async () => 0,
      (parts) => parts > 0,
    );
    expect(await silent).toBe(0);
    expect((await findSteamPause(queues.redis))?.since).toBeDefined();
    expect(await respond()).toBe('a response');
  });

  test('the first response ends the refusals, and the rate grows from a quarter over a half to all of it', async () => {
    await refuse();
    await endPause();
    const shares: (number | undefined)[] = [];
    for (let count = 0; count < 20; count += 1) {
      await respond();
      shares.push((await findSteamPause(queues.redis))?.share);
    }
    expect(shares).toEqual([
      ...Array.from({ length: 9 }, () => 0.25),
      ...Array.from({ length: 10 }, () => 0.5),
      undefined,
    ]);
    await refuse();
    expect(await pauseMs()).toBeLessThanOrEqual(5_100);
  });

  test('a poll that works does not end the refusals of other requests, nor the other way round', async () => {
    await refuse('products');
    await endPause();
    await respond('poll');
    expect((await findSteamPause(queues.redis))?.since).toBeDefined();
    await refuse('products');
    expect(await pauseMs()).toBeGreaterThan(6_000);
    await endPause();
    await refuse('poll');
    await endPause();
    await respond('products');
    expect((await findSteamPause(queues.redis))?.since).toBeDefined();
    await respond('poll');
    expect((await findSteamPause(queues.redis))?.since).toBeUndefined();
  });
});

test('requests are made without Redis: the change feed is followed all the same', async () => {
  const away = openQueues('redis://127.0.0.1:1', () => {});
  expect(await requestUnlessPaused(away.redis, 'poll', async () => 'a response')).toBe('a response');
  await away.close();
});
