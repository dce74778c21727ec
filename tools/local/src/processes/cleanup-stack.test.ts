import { expect, test } from 'vitest';
import { CleanupStack } from './cleanup-stack.ts';

test('stops everything in reverse order, even if one fails, and then throws the failure', async () => {
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
  expect(cleanup.isEmpty).toBe(true);
});

test('kills what is draining, and everything after it, once it is forced', async () => {
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
  const stopping = cleanup.stopAll();
  cleanup.force();
  await stopping;
  expect(killed).toEqual(['fetcher', 'writer']);
});
