import { expect, test } from 'vitest';
import { paced } from './paced.ts';

/** Reads that take as long as told, on a clock of their own. */
function setUp(durationMs: number) {
  let now = 0;
  let reads = 0;
  const get = paced(
    async () => {
      reads += 1;
      now += durationMs;
      return reads;
    },
    () => now,
  );
  return { get, pass: (ms: number) => (now += ms) };
}

test('reads what is quick again whenever somebody looks', async () => {
  const { get, pass } = setUp(5);
  expect(await get()).toBe(1);
  pass(1_400);
  expect(await get()).toBe(1);
  pass(200);
  expect(await get()).toBe(2);
});

test('leaves what is slow alone for twenty times as long as it took', async () => {
  const { get, pass } = setUp(1_000);
  expect(await get()).toBe(1);
  pass(19_000);
  expect(await get()).toBe(1);
  pass(1_100);
  expect(await get()).toBe(2);
});

test('answers all who ask at once with one read', async () => {
  const { get } = setUp(5);
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
});

test('tells whoever asks of a failure, and tries again later', async () => {
  let now = 0;
  let away = true;
  const get = paced(
    async () => {
      if (away) throw new Error('away');
      return 'back';
    },
    () => now,
  );
  await expect(get()).rejects.toThrow('away');
  away = false;
  await expect(get()).rejects.toThrow('away');
  now += 1_500;
  expect(await get()).toBe('back');
});
