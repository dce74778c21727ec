/**
 * What Redis replies when it is the wrong server or cannot work at the moment, by the code its error begins with, for people.
 * None of them is a fault of the command: it succeeds later, or on the server that the name leads to by then.
 */
const NOT_NOW: Record<string, string> = {
  READONLY: 'is a read-only replica',
  MASTERDOWN: 'is a replica that has lost its primary',
  LOADING: 'is still loading its data',
  CLUSTERDOWN: 'belongs to a cluster that is down',
  TRYAGAIN: 'is moving keys to another server',
  NOREPLICAS: 'accepts no writes without replicas (min-replicas-to-write)',
  MISCONF: 'accepts no writes because it cannot save to disk (MISCONF)',
  OOM: 'accepts no writes because its memory is full (maxmemory)',
  BUSY: 'is busy with a script',
  UNBLOCKED: 'has just become a replica',
};

/** What Redis replies when REDIS_URL or its own settings are wrong. It is asked again: they are corrected on either side. */
const REFUSED: Record<string, string> = {
  NOAUTH: 'requires a password, and REDIS_URL has none',
  WRONGPASS: 'refuses the user or password of REDIS_URL',
  NOPERM:
    'does not permit the user of REDIS_URL what the queues need, which is all commands on all keys (ACL ~* +@all)',
  CROSSSLOT: 'is a cluster, on which the queues cannot work, so REDIS_URL must name a single server',
  MOVED: 'is a cluster, on which the queues cannot work, so REDIS_URL must name a single server',
};

const MEANINGS: Record<string, string> = { ...NOT_NOW, ...REFUSED };

/** How Redis 7 and newer word NOPERM when it is a command in a script that the user may not run; the code is ERR then. */
const NOT_PERMITTED_IN_SCRIPT = /The user executing the script can't|ACL failure in script/;

/**
 * Finds the code of an error that says something about the server: at the beginning of its message, or after a hyphen, where
 * Redis 6 and older report the error of a command in a script.
 */
function findCode({ message }: Error): string | undefined {
  if (NOT_PERMITTED_IN_SCRIPT.test(message)) return 'NOPERM';
  const codes = [...message.matchAll(/(?:^|-)([A-Z]{3,})\b/g)].map(([, code]) => code);
  return codes.find((code) => code !== undefined && code in MEANINGS);
}

/**
 * What ioredis throws when a command got no response: the connection was lost, is not there, or is silent. And what a
 * transaction throws when one of its commands failed before.
 */
const NO_RESPONSE =
  /EXECABORT|Connection is closed|Command timed out|Command aborted|Socket timeout|max retries per request|Stream isn't writeable/;

/** Whether a reply means "wrong server, or not now". */
export function isNotNow(error: Error): boolean {
  return (findCode(error) ?? '') in NOT_NOW;
}

/**
 * Whether an error of a command means that this Redis cannot work at the moment, and not that the command is wrong: no
 * response, or a reply such as READONLY (after a failover), LOADING or OOM.
 */
export function isRedisUnavailable(error: Error): boolean {
  if (findCode(error) || NO_RESPONSE.test(error.message)) return true;
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code);
}

/** Says what keeps a Redis from working. Its name comes after the colon, where only operators see it. */
export function describeRedisError(server: string, error: Error): string {
  const code = findCode(error);
  if (code === 'NOPERM') return `Redis ${MEANINGS[code]}: ${server}, ${error.message}`;
  if (code) return `Redis ${MEANINGS[code]}: ${server}`;
  return `Redis cannot be reached: ${server}, ${error.message || String(error)}`;
}
