/** What to do when Redis cannot be connected to, by what it, or the way to it, says. The first that fits counts. */
const ADVICE: readonly (readonly [sign: RegExp, advice: string])[] = [
  [
    /WRONGPASS|NOAUTH|invalid password/,
    'Correct the password in REDIS_URL (redis://:password@host:6379, or redis://user:password@…); characters such as @ : / # in it are written as %40 %3A %2F %23.',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'The name of the host does not resolve: look for a slip in REDIS_URL.'],
  [/ECONNREFUSED/, 'Nothing listens there: start Redis, or correct host and port in REDIS_URL.'],
  [
    /timed? ?out|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET|SSL|TLS|closed/i,
    'Look for a firewall, a host that is private to its platform, or TLS on one side only: rediss:// encrypts, redis:// does not.',
  ],
];

/** What to do when Redis cannot be connected to. */
export function adviseOnRedis(message: string): string {
  return (
    ADVICE.find(([sign]) => sign.test(message))?.[1] ?? 'Try it with redis-cli -u "$REDIS_URL" to see more.'
  );
}
