import { Redis } from 'ioredis';
import { describeRedisError } from './redis-errors.ts';
import { tryWriting } from './try-writing.ts';

/** A server that takes longer than this for one write is of no use to the pipeline. */
const TIMEOUT_MS = 5_000;

/**
 * Why Redis cannot be used right now, tried with one write on a connection made for it; undefined when it can. A silent or
 * read-only connection that a service still has does not decide that.
 */
export async function probeRedis(url: string): Promise<string | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let lastError: Error | undefined;
  redis.on('error', (error) => (lastError = error));
  try {
    await tryWriting(redis);
    return undefined;
  } catch (error) {
    const { host, port, path } = redis.options;
    return describeRedisError(path ?? `${host}:${port}`, lastError ?? (error as Error));
  } finally {
    redis.disconnect();
  }
}
