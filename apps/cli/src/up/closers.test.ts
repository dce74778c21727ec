import { expect, test } from 'vitest';
import { Closers } from './closers.ts';

test('stops the last first, all of them, and then throws what failed', async () => {
  const closers = new Closers();
  const stopped: string[] = [];
  for (const name of ['postgres', 'redis', 'writer']) {
    closers.add({
      stop: async () => {
        stopped.push(name);
        if (name === 'redis') throw new Error('redis hung');
      },
    });
  }
  await expect(closers.closeAll()).rejects.toThrow('redis hung');
  expect(stopped).toEqual(['writer', 'redis', 'postgres']);
  expect(closers.hasOpen).toBe(false);
});

test('kills what drains, and what would drain after it, once forced', async () => {
  const closers = new Closers();
  const killed: string[] = [];
  for (const name of ['writer', 'fetcher']) {
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    closers.add({
      stop: () => end,
      kill: () => {
        killed.push(name);
        ended();
      },
    });
  }
  const closing = closers.closeAll();
  closers.force();
  await closing;
  expect(killed).toEqual(['fetcher', 'writer']);
});
