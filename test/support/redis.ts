import { startRedis } from '@pics/local';
import { createTestServer, type TestServer } from './servers.ts';

export type TestRedis = TestServer;

/**
 * Starts a Redis for a test or a test file (about 50 ms): it can be flushed, filled to its limit, killed and restarted without an
 * effect on other tests. It keeps nothing over a restart.
 *
 * @param settings more lines of its configuration.
 */
export function createTestRedis(settings: readonly string[] = []): Promise<TestRedis> {
  return createTestServer('redis', (options) => startRedis({ ...options, settings }));
}
