import { expect, test } from 'vitest';
import { CleanupStack } from './cleanup-stack.ts';

test('stops the last first, all of them, and then throws what failed', async () => {
  const cleanup = new CleanupStack();
  const stopped: string[] = [];
  for (const name of ['postgres', 'redis', 'writer']) {
    cleanup.add({
      stop: async () => {
        stopped.push(name);
        if (name === 'redis') throw new Error('redis hung');
      },
    });
  }
  await expect(cleanup.stopAll()).rejects.toThrow('redis hung');
  expect(stopped).toEqual(['writer', 'redis', 'postgres']);
  expect(cleanup.hasOpen).toBe(false);
});

test('kills what drains, and what would drain after it, once forced', async () => {
  const cleanup = new CleanupStack();
  const killed: string[] = [];
  for (const name of ['writer', 'fetcher']) {
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    cleanup.add({
      stop: () => end,
      kill: () => {
        killed.push(name);
        ended();
      },
    });
  }
  const closing = cleanup.stopAll();
  cleanup.force();
  await closing;
  expect(killed).toEqual(['fetcher', 'writer']);
});
