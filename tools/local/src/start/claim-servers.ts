import { claimSource, type Database, type Source } from '@pics/database';
import { openQueues, type Queues } from '@pics/queue';
import { UserError } from '@pics/core';

const REDIS_KEY = 'pics:source';

/**
 * Makes sure that this database and this Redis are for apps of this source, so that made-up apps never meet real ones.
 *
 * @throws UserError when one of them holds what comes from the other source.
 */
export async function claimServers(database: Database, redisUrl: string, source: Source): Promise<void> {
  const queues = openQueues(redisUrl, () => {});
  try {
    const owners = {
      DATABASE_URL: await claimSource(database, source),
      REDIS_URL: await claimQueues(queues, source),
    };
    for (const [name, owner] of Object.entries(owners)) {
      if (owner !== source)
        throw new UserError(`${name} leads to ${WHAT[owner]}, which must not meet ${WHAT[source]}.`);
    }
  } finally {
    await queues.close();
  }
}

const WHAT: Record<Source, string> = { steam: 'data from Steam', simulator: 'made-up data of the simulator' };

/** Queues that hold jobs and that nobody claimed are Steam's. The claim goes when Redis is flushed, and so do all jobs. */
async function claimQueues({ redis, fetch, write }: Queues, source: Source): Promise<Source> {
  const jobs = (await fetch.countLive()) + (await write.countLive());
  await redis.set(REDIS_KEY, jobs === 0 ? source : 'steam', 'NX');
  return (await redis.get(REDIS_KEY)) === 'simulator' ? 'simulator' : 'steam';
}
