import { findRedisBlocker, inspectRedis, type Queues, type RedisFacts } from '@pics/queue';
import { checkClock, findAdvice, resultsFor, type CheckResult } from './check-result.ts';

/** BullMQ does not run below 5 and asks for 6.2. */
const OLDEST = [5, 0];
const OLDEST_GOOD = [6, 2];

/** How full Redis may be: records waiting for the writer come in bursts of some ten megabytes. */
const FULL = 0.8;

const MEGABYTE = 1_048_576;

const { fine, warning, problem } = resultsFor('Redis');

/** Checks whether Redis is fit to carry the queues. */
export async function checkRedis({ redis }: Pick<Queues, 'redis'>): Promise<CheckResult[]> {
  const blocker = await findRedisBlocker(redis);
  const blocked = blocker ? [problem(blocker, adviseOnRedis(blocker))] : [];
  let facts: RedisFacts;
  try {
    facts = await inspectRedis(redis);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return blocker
      ? blocked
      : [
          warning(
            `it does not say how it is set: ${reason}`,
            'Allow the user of REDIS_URL the command INFO.',
          ),
        ];
  }
  return [
    ...blocked,
    checkVersion(facts),
    checkEviction(facts),
    checkPersistence(facts),
    checkMemory(facts),
    checkClock('Redis', facts.clockAheadMs),
  ];
}

function checkVersion({ product, redisVersion }: RedisFacts): CheckResult {
  const named =
    product === 'Redis' ? `version ${redisVersion}` : `${product}, compatible with Redis ${redisVersion}`;
  if (isBelow(redisVersion, OLDEST)) return problem(named, 'Move to Redis 7 or Valkey 8.');
  if (isBelow(redisVersion, OLDEST_GOOD)) {
    return warning(named, 'Move to 6.2 or newer: older versions are slow at what the queues do.');
  }
  return fine(named);
}

function isBelow(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

function checkEviction({ evictionPolicy }: RedisFacts): CheckResult {
  if (evictionPolicy === 'noeviction') return fine('maxmemory-policy noeviction: it never drops a job');
  if (!evictionPolicy) return warning('its maxmemory-policy is unknown', 'Make sure that it is noeviction.');
  return problem(
    `maxmemory-policy ${evictionPolicy}: when it is full it drops jobs`,
    'Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf or in the settings of its host.',
  );
}

function checkPersistence({ appendOnly, snapshots }: RedisFacts): CheckResult {
  if (appendOnly) return fine('appendonly yes: a restart keeps the jobs');
  return warning(
    `appendonly no${snapshots ? ', snapshots only' : ''}: a restart forgets jobs, and the ledger dispatches them again`,
    'Only work is lost, no data. To avoid that, run CONFIG SET appendonly yes, and set it in redis.conf.',
  );
}

function checkMemory({ usedBytes, maxBytes }: RedisFacts): CheckResult {
  const format = (bytes: number) => `${Math.ceil(bytes / MEGABYTE)} MB`;
  if (maxBytes === 0) return fine(`uses ${format(usedBytes)}, without a limit`);
  const used = `uses ${format(usedBytes)} of ${format(maxBytes)}`;
  if (usedBytes < FULL * maxBytes) return fine(used);
  return warning(used, 'Raise maxmemory, or find out what else fills it; when it is full, work waits.');
}

const ADVICE: readonly (readonly [sign: RegExp, advice: string])[] = [
  [
    /WRONGPASS|NOAUTH|invalid password/,
    'Correct the password in REDIS_URL (redis://:password@host:6379, or redis://user:password@…); characters such as @ : / # in it are written as %40 %3A %2F %23.',
  ],
  [/does not permit/, 'Give the user of REDIS_URL all commands on all keys: ACL SETUSER name ~* &* +@all'],
  [/is a cluster/, 'Use a single Redis without cluster mode; it needs some ten megabytes.'],
  [/read-only replica|lost its primary/, 'Name the primary server in REDIS_URL.'],
  [/loading its data|busy with a script/, 'Wait a moment; work goes on by itself.'],
  [/memory is full/, 'Raise maxmemory, or find out what else fills it; work goes on by itself.'],
  [
    /cannot save to disk/,
    'Make room on its disk, or turn off snapshots (CONFIG SET save ""); work goes on by itself.',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'The host name does not resolve: check REDIS_URL for a typo.'],
  [/ECONNREFUSED/, 'Nothing listens there: start Redis, or correct host and port in REDIS_URL.'],
  [
    /timed? ?out|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET|SSL|TLS|closed/i,
    'Look for a firewall, a host that is private to its platform, or TLS on one side only: rediss:// encrypts, redis:// does not.',
  ],
];

/** What to do when Redis cannot be connected to. */
export function adviseOnRedis(message: string): string {
  return findAdvice(ADVICE, message) ?? 'Try redis-cli -u "$REDIS_URL" to see more.';
}
