import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describeRedisError, isNotNow } from './redis-errors.ts';
import { tryWriting } from './try-writing.ts';

/**
 * A connection for reading and adding: a command without a response fails within seconds, so its caller can report it and try
 * again instead of hanging.
 *
 * @param url redis:// or rediss://
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  return connect(url, onError, { maxRetriesPerRequest: 2, commandTimeout: SILENT_AFTER_MS });
}

/**
 * A connection for a worker: BullMQ blocks on it and needs commands to be kept until Redis is back, however long that takes.
 * On a connection that is silent they do not wait: it is destroyed, and they are sent again on a new one.
 */
export function connectRedisForWorker(url: string, onError: (error: Error) => void): Redis {
  return connect(url, onError, { maxRetriesPerRequest: null });
}

/**
 * A connection on which commands wait this long without any response is destroyed and replaced. A worker blocks for 5 s at
 * most when nothing happens (BullMQ's `drainDelay`), and for 10 s until a delayed job is due, so less would cut connections
 * that are well. With reconnecting, the pipeline works again within 30 s.
 */
const SILENT_AFTER_MS = 12_000;

const LIMITS = {
  connectTimeout: 10_000,
  keepAlive: 10_000,
  socketTimeout: SILENT_AFTER_MS,
  /** ioredis would wait in silence for a server that is loading its data. Without its check, a command gets that as its error. */
  enableReadyCheck: false,
  /** After a failover the name leads to another server, but open connections stay where they are. */
  reconnectOnError: isNotNow,
  /** Reconnects without end, at most 2 s apart, so that work resumes as soon as Redis is back. */
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
};

type Patience = { maxRetriesPerRequest: number; commandTimeout: number } | { maxRetriesPerRequest: null };

function connect(url: string, onError: (error: Error) => void, options: Patience): Redis {
  const redis = endWhenClosed(new Redis(url, { ...LIMITS, ...options }));
  return redis.on('error', (error: Error) => {
    lastErrors.set(redis, error);
    onError(error);
  });
}

/**
 * Lets a connection end when it is closed, and fail at once what waits on it, even between two attempts to connect. So will its
 * duplicates.
 *
 * Then ioredis has no socket, and only the end of one makes it emit `end`. BullMQ waits for that on its second connection, a
 * duplicate of the worker's: a worker whose Redis was down could not be closed.
 */
function endWhenClosed(redis: Redis): Redis {
  const disconnect = redis.disconnect.bind(redis);
  const duplicate = redis.duplicate.bind(redis);
  redis.disconnect = (reconnect = false) => {
    const hasNoSocket = redis.status === 'reconnecting';
    disconnect(reconnect);
    if (!hasNoSocket || reconnect) return;
    redis.connect().catch(() => {});
    disconnect();
  };
  redis.duplicate = (options) => endWhenClosed(duplicate(options));
  return redis;
}

/** What last kept each connection from working, until a write succeeds on it. */
const lastErrors = new WeakMap<Redis, Error>();

/** How long a write may take until its server counts as silent. */
const WRITE_DEADLINE_MS = 3_000;

/**
 * Finds why no job can be added or taken on this connection, by trying a small write: undefined when it succeeds. The reason
 * names the server, without user and password, and covers a server that is down, silent, read-only, full or not meant for us.
 */
export async function findRedisBlocker(redis: Redis): Promise<string | undefined> {
  const server = redis.options.path ?? `${redis.options.host}:${redis.options.port}`;
  const describe = (error: Error | undefined) =>
    error ? describeRedisError(server, error) : `waiting for Redis: ${server}`;
  if (redis.status !== 'ready') return describe(lastErrors.get(redis));
  try {
    if (!(await Promise.race([tryWriting(redis), delay(WRITE_DEADLINE_MS, undefined, { ref: false })]))) {
      return `Redis does not respond: ${server}`;
    }
    lastErrors.delete(redis);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    lastErrors.set(redis, error);
    return describe(error);
  }
}
