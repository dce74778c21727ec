import { expect, test } from 'vitest';
import { shareReading } from './share-reading.ts';

test('reads once for all who ask while it is under way and for a second after', async () => {
  let now = 0;
  let reads = 0;
  const responses: PromiseWithResolvers<number>[] = [];
  const read = shareReading(
    () => {
      reads += 1;
      const response = Promise.withResolvers<number>();
      responses.push(response);
      return response.promise;
    },
    1_000,
    () => now,
  );
  const first = Array.from({ length: 1_000 }, read);
  now = 30_000;
  first.push(read());
  responses[0]?.resolve(1);
  expect(new Set(await Promise.all(first))).toEqual(new Set([1]));
  now = 30_999;
  expect(await read()).toBe(1);
  expect(reads).toBe(1);
  now = 31_000;
  const next = read();
  responses[1]?.resolve(2);
  expect(await next).toBe(2);
});

test('shares a failure as well', async () => {
  let reads = 0;
  const read = shareReading(
    async () => {
      reads += 1;
      throw new Error('unreachable');
    },
    1_000,
    () => 0,
  );
  for (let asked = 0; asked < 10; asked += 1) await expect(read()).rejects.toThrow('unreachable');
  expect(reads).toBe(1);
});
