import type { Redis } from 'ioredis';
import type { WorkerLog } from './start-worker.ts';

/** The properties of a Redis server that decide whether the queues are safe and fast on it. */
export interface RedisFacts {
  /** "Redis", or its fork "Valkey". */
  product: string;
  /** The version of Redis, or the one that the product is compatible with. */
  redisVersion: string;
  /** What it does when its memory is full; undefined when it does not report it. */
  evictionPolicy: string | undefined;
  usedBytes: number;
  /** 0 for no limit. */
  maxBytes: number;
  /** Whether it logs every command to its append-only file. */
  appendOnly: boolean;
  /** Whether it saves snapshots; undefined when the host forbids CONFIG. */
  snapshots: boolean | undefined;
  /** master, or slave for a read-only replica. */
  role: string;
  /** How far its clock is ahead of this machine's, in milliseconds, accurate to half a round trip. */
  clockAheadMs: number;
}

/** Reads these properties from a Redis server. */
export async function inspectRedis(redis: Redis): Promise<RedisFacts> {
  const read = readInfo(await redis.info());
  // Hosted servers often forbid CONFIG; INFO is enough for the rest.
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

/** The setting that Redis needs so that no queue key is ever evicted, as a sentence; undefined when it is set. */
export function findEvictionRisk({ evictionPolicy }: Pick<RedisFacts, 'evictionPolicy'>): string | undefined {
  if (!evictionPolicy || evictionPolicy === 'noeviction') return undefined;
  return `Redis has maxmemory-policy ${evictionPolicy} and may drop queued jobs; set it to noeviction`;
}

/** Logs an error when Redis may evict queue keys, and a warning when its policy cannot be read. */
export async function logEvictionRisk(redis: Redis, log: Pick<WorkerLog, 'warn' | 'error'>): Promise<void> {
  try {
    const { evictionPolicy } = await inspectRedis(redis);
    const risk = findEvictionRisk({ evictionPolicy });
    if (risk) log.error({ evictionPolicy }, risk);
  } catch (err) {
    log.warn({ err }, 'the eviction policy of Redis could not be read');
  }
}

async function measureClock(redis: Redis): Promise<number> {
  const sentAt = Date.now();
  const [seconds, microseconds] = await redis.time();
  const halfWay = (sentAt + Date.now()) / 2;
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000 - halfWay;
}

/** Returns a function that reads a value from the `name:value` lines of INFO. */
function readInfo(text: string): (name: string) => string | undefined {
  const values = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  return (name) => values.get(name);
}
