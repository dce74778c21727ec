import { startRedis } from '@pics/local';
import { createTestServer, type TestServer } from './servers.ts';

export type TestRedis = TestServer;

/**
 * A Redis of this test file's own (some 50 ms): it can be flushed, filled to its limit, killed and restarted without any
 * other test noticing. It keeps nothing over a restart.
 */
export function createTestRedis(): Promise<TestRedis> {
  return createTestServer('redis', startRedis);
}
