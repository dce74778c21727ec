import type { Redis } from 'ioredis';

/** What a Redis server is like, as far as it decides whether the queues are safe and quick on it. */
export interface RedisFacts {
  /** "Redis", or "Valkey", which took its place in many systems. */
  product: string;
  /** Of Redis, or the version of Redis that the product is compatible with. */
  redisVersion: string;
  /** What it does when its memory is full; undefined when it does not say. */
  evictionPolicy: string | undefined;
  usedBytes: number;
  /** 0 for no limit. */
  maxBytes: number;
  /** Whether it writes down every command. */
  appendOnly: boolean;
  /** Whether it saves snapshots from time to time; undefined where a host does not let one ask. */
  snapshots: boolean | undefined;
  /** master, or slave for a copy that takes no writes. */
  role: string;
  /** How far its clock is ahead of this machine's, in milliseconds, to within half of what a question takes. */
  clockAheadMs: number;
}

/** Asks a Redis server what it is like. */
export async function inspectRedis(redis: Redis): Promise<RedisFacts> {
  const read = readInfo(await redis.info());
  // Hosted servers often forbid CONFIG; what INFO tells is enough for the rest.
  const save = await redis.config('GET', 'save').catch(() => undefined);
  return {
    product: read('valkey_version') ? 'Valkey' : 'Redis',
    redisVersion: read('redis_version') ?? 'unknown',
    evictionPolicy: read('maxmemory_policy'),
    usedBytes: Number(read('used_memory') ?? 0),
    maxBytes: Number(read('maxmemory') ?? 0),
    appendOnly: read('aof_enabled') === '1',
    snapshots: Array.isArray(save) ? Boolean(save[1]) : undefined,
    role: read('role') ?? 'unknown',
    clockAheadMs: await measureClock(redis),
  };
}

async function measureClock(redis: Redis): Promise<number> {
  const askedAt = Date.now();
  const [seconds, microseconds] = await redis.time();
  const halfWay = (askedAt + Date.now()) / 2;
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000 - halfWay;
}

/** How to read a value of what INFO answers: `name:value` lines. */
function readInfo(text: string): (name: string) => string | undefined {
  const values = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  return (name) => values.get(name);
}
