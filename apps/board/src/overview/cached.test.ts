import { expect, test } from 'vitest';
import { cached } from './cached.ts';

/** A cached read of a given duration, on its own clock. */
function setUp(durationMs: number) {
  let now = 0;
  let reads = 0;
  const get = cached(
    async () => {
      reads += 1;
      now += durationMs;
      return reads;
    },
    () => now,
  );
  return { get, pass: (ms: number) => (now += ms) };
}

test('repeats a fast read after one and a half seconds', async () => {
  const { get, pass } = setUp(5);
  expect(await get()).toBe(1);
  pass(1_400);
  expect(await get()).toBe(1);
  pass(200);
  expect(await get()).toBe(2);
});

test('repeats a slow read only after twenty times its duration', async () => {
  const { get, pass } = setUp(1_000);
  expect(await get()).toBe(1);
  pass(19_000);
  expect(await get()).toBe(1);
  pass(1_100);
  expect(await get()).toBe(2);
});

test('serves concurrent calls with one read', async () => {
  const { get } = setUp(5);
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
});

test('passes a failure to its callers and reads again at the next call, however long the failed read took', async () => {
  let now = 0;
  let fails = true;
  const get = cached(
    async () => {
      now += 22_000;
      if (fails) throw new Error('unreachable');
      return 'result';
    },
    () => now,
  );
  const failed = [get(), get()];
  for (const call of failed) await expect(call).rejects.toThrow('unreachable');
  expect(now).toBe(22_000);
  fails = false;
  expect(await get()).toBe('result');
});

test('repeats a read that had to wait for a server after half a minute at the latest', async () => {
  const { get, pass } = setUp(22_000);
  expect(await get()).toBe(1);
  pass(29_000);
  expect(await get()).toBe(1);
  pass(1_100);
  expect(await get()).toBe(2);
});
