import { inspectRedis, type Queues, type RedisFacts } from '@pics/queue';
import { checkClock } from './check-clock.ts';
import { findingsOf, type Finding } from './finding.ts';

/** Below 5 BullMQ does not run at all; 6.2 is what it asks for. */
const OLDEST = [5, 0];
const OLDEST_GOOD = [6, 2];

/** How full Redis may be: what comes in bursts are records that wait for the writer, some ten megabytes. */
const FULL = 0.8;

const MEGABYTE = 1_048_576;

const { fine, warning, problem } = findingsOf('Redis');

/** Looks whether Redis is fit to carry the queues. */
export async function checkRedis({ redis }: Pick<Queues, 'redis'>): Promise<Finding[]> {
  const facts = await inspectRedis(redis);
  return [
    checkVersion(facts),
    checkEviction(facts),
    checkPersistence(facts),
    ...checkMemory(facts),
    ...(facts.role === 'slave'
      ? [problem('it is a copy that takes no writes', 'Name the primary server in REDIS_URL.')]
      : []),
    checkClock('Redis', facts.clockAheadMs),
  ];
}

function checkVersion({ product, redisVersion }: RedisFacts): Finding {
  const named =
    product === 'Redis' ? `version ${redisVersion}` : `${product}, compatible with Redis ${redisVersion}`;
  if (isBelow(redisVersion, OLDEST)) return problem(named, 'Move to Redis 7 or Valkey 8.');
  if (isBelow(redisVersion, OLDEST_GOOD))
    return warning(named, 'Move to 6.2 or newer: older ones are slow at what the queues do.');
  return fine(named);
}

function isBelow(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

function checkEviction({ evictionPolicy }: RedisFacts): Finding {
  if (evictionPolicy === 'noeviction') return fine('maxmemory-policy noeviction: it never drops a job');
  if (!evictionPolicy) return warning('it does not tell its maxmemory-policy', 'See that it is noeviction.');
  return problem(
    `maxmemory-policy ${evictionPolicy}: when it is full it drops jobs`,
    'Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf, or in the settings of its host.',
  );
}

function checkPersistence({ appendOnly, snapshots }: RedisFacts): Finding {
  if (appendOnly) return fine('appendonly yes: a restart keeps the jobs');
  return warning(
    `appendonly no${snapshots ? ', snapshots only' : ''}: a restart forgets jobs, and the ledger has them done again`,
    'Nothing is lost by it, only work. Run CONFIG SET appendonly yes, and set it in redis.conf, to spare that.',
  );
}

function checkMemory({ usedBytes, maxBytes }: RedisFacts): Finding[] {
  const format = (bytes: number) => `${Math.ceil(bytes / MEGABYTE)} MB`;
  if (maxBytes === 0) return [fine(`uses ${format(usedBytes)}, without a limit`)];
  const used = `uses ${format(usedBytes)} of ${format(maxBytes)}`;
  if (usedBytes < FULL * maxBytes) return [fine(used)];
  return [warning(used, 'Raise maxmemory, or see what else fills it; when it is full, work waits.')];
}
