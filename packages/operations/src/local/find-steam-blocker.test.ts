import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { findSteamBlocker } from './find-steam-blocker.ts';

test('names the error when nothing listens', async () => {
  expect(await findSteamBlocker(5_000, ['127.0.0.1:1'])).toContain('ECONNREFUSED');
});

test('does not wait for a server that never responds', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  expect(await findSteamBlocker(100, [`127.0.0.1:${port}`])).toBe('no response within 0.1 s');
  silent.close();
});
