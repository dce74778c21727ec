import { expect, test } from 'vitest';
import { createTestRedis } from '../../../test/support/redis.ts';
import { startSilentProxy } from '../../../test/support/silent-proxy.ts';
import { connectRedis } from './connection.ts';
import { probeRedis } from './probe-redis.ts';

test('a new connection that works is no outage, although the open ones are silent', async () => {
  const proxy = await startSilentProxy((await createTestRedis()).url);
  const redis = connectRedis(proxy.url, () => {});
  await redis.ping();
  proxy.silence();
  expect(await probeRedis(proxy.url)).toBeUndefined();
  redis.disconnect();
  proxy.restore();
});

test('a Redis that new connections get no response from is an outage', { timeout: 30_000 }, async () => {
  const proxy = await startSilentProxy((await createTestRedis()).url);
  proxy.silenceNew();
  expect(await probeRedis(proxy.url)).toMatch(/^Redis cannot be reached: /);
  proxy.restore();
  expect(await probeRedis('redis://127.0.0.1:1')).toContain('ECONNREFUSED');
});

test('a Redis that refuses writes is an outage', async () => {
  const { url } = await createTestRedis();
  const redis = connectRedis(url, () => {});
  await redis.replicaof('127.0.0.1', '1');
  expect(await probeRedis(url)).toMatch(/^Redis is a read-only replica: /);
  redis.disconnect();
});
