import { Redis } from 'ioredis';

/**
 * A connection for questions and additions: a command that Redis does not answer fails within seconds, so that its caller
 * can wait, say so and try again, instead of hanging unseen.
 *
 * @param url redis:// or rediss://
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  return new Redis(url, { maxRetriesPerRequest: 2, commandTimeout: 10_000, retryStrategy, ...LIMITS }).on(
    'error',
    onError,
  );
}

/** A connection for a worker: BullMQ blocks on it and wants commands kept until Redis is back, however long that takes. */
export function connectRedisForWorker(url: string, onError: (error: Error) => void): Redis {
  return new Redis(url, { maxRetriesPerRequest: null, retryStrategy, ...LIMITS }).on('error', onError);
}

const LIMITS = { connectTimeout: 10_000, keepAlive: 10_000 };

/** Reconnects for ever, at most 2 s apart: Redis coming back should be noticed at once by whoever waits for it. */
function retryStrategy(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 6), 2_000);
}
