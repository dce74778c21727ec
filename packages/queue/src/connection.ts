import { Redis } from 'ioredis';

/**
 * A connection for reading and adding: a command without a response fails within seconds, so its caller can report it and try
 * again instead of hanging.
 *
 * @param url redis:// or rediss://
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  return new Redis(url, { maxRetriesPerRequest: 2, commandTimeout: 10_000, retryStrategy, ...LIMITS }).on(
    'error',
    onError,
  );
}

/** A connection for a worker: BullMQ blocks on it and needs commands to be kept until Redis is back, however long that takes. */
export function connectRedisForWorker(url: string, onError: (error: Error) => void): Redis {
  return new Redis(url, { maxRetriesPerRequest: null, retryStrategy, ...LIMITS }).on('error', onError);
}

const LIMITS = { connectTimeout: 10_000, keepAlive: 10_000 };

/** Reconnects without end, at most 2 s apart, so that work resumes as soon as Redis is back. */
function retryStrategy(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 6), 2_000);
}
