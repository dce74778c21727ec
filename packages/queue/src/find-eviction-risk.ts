import type { RedisFacts } from './inspect-redis.ts';

/** What Redis must be set to so that no queue key is ever evicted. Undefined when it is; else the sentence to show. */
export function findEvictionRisk({ evictionPolicy }: Pick<RedisFacts, 'evictionPolicy'>): string | undefined {
  if (!evictionPolicy || evictionPolicy === 'noeviction') return undefined;
  return `Redis has maxmemory-policy ${evictionPolicy} and may drop queued jobs; set it to noeviction`;
}
