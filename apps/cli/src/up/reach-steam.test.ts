import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { findFreePort } from '../local/free-port.ts';
import { findSteamBlocker } from './reach-steam.ts';

test('says that nothing listens', async () => {
  const port = await findFreePort();
  expect(await findSteamBlocker(5_000, [`127.0.0.1:${port}`])).toContain('ECONNREFUSED');
});

test('does not wait for a server that never answers', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  expect(await findSteamBlocker(100, [`127.0.0.1:${port}`])).toBe('no answer within 0.1 s');
  silent.close();
});
