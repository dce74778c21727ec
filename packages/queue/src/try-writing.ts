import { FETCH_QUEUE } from '@pics/core';
import type { Redis } from 'ioredis';

/**
 * Both kinds of keys that the pipeline has, changed by a script, as the queues do it. A user of Redis may be allowed one and
 * not the other, and a cluster keeps them apart.
 */
const KEYS = [`bull:${FETCH_QUEUE}:write-check`, 'pics:write-check'];

/** How long what it writes stays. */
const KEPT_MS = 60_000;

const WRITE = `for _, key in ipairs(KEYS) do redis.call('SET', key, '1', 'PX', ${KEPT_MS}) end return 1`;

/** Tries whether jobs can be added and taken: writes what the queues could write. @throws what Redis replies, or ioredis. */
export async function tryWriting(redis: Redis): Promise<true> {
  await redis.eval(WRITE, KEYS.length, ...KEYS);
  return true;
}
