import { UserError } from '@pics/core';
import { claimSource, findSource, type Database, type Source } from '@pics/database';
import { openQueues, type Queues } from '@pics/queue';

export interface SourceQuestion {
  /** The source that the user requested, if any. */
  requested: Source | undefined;
  /** The variables that name servers of the user. */
  ownServers: readonly string[];
  /** Why Steam cannot be reached; undefined when it can. */
  findSteamBlocker: () => Promise<string | undefined>;
}

export interface SourceChoice {
  source: Source;
  /** A message for the user about the choice. */
  notice: string | undefined;
}

/**
 * Decides where the apps come from: the requested source, else Steam. Only when Steam cannot be reached and no servers of
 * the user are involved is it the simulator: generated apps must never get into a database with real ones.
 */
export async function chooseSource(question: SourceQuestion): Promise<SourceChoice> {
  const { requested, ownServers } = question;
  if (requested) return { source: requested, notice: undefined };
  const blocker = await question.findSteamBlocker();
  if (!blocker) return { source: 'steam', notice: undefined };
  if (ownServers.length > 0) {
    return {
      source: 'steam',
      notice: `Steam cannot be reached (${blocker}). Waiting for it, because generated apps must not get into ${ownServers.join(' and ')}.`,
    };
  }
  return {
    source: 'simulator',
    notice: `Steam cannot be reached (${blocker}). Running against the simulator, with generated apps in a database of their own. Use --steam to wait for Steam instead.`,
  };
}

const REDIS_KEY = 'pics:source';

const CONTENTS: Record<Source, string> = {
  steam: 'data from Steam',
  simulator: 'generated data of the simulator',
};

/**
 * Passes when neither the database, which need not be migrated, nor the Redis holds data of the other source, and claims the
 * Redis. Changes nothing otherwise.
 *
 * @throws UserError when one of them holds data of the other source.
 */
export async function refuseMixing(database: Database, redisUrl: string, source: Source): Promise<void> {
  refuseOther('DATABASE_URL', (await findSource(database)) ?? source, source);
  const queues = openQueues(redisUrl, () => {});
  try {
    refuseOther('REDIS_URL', await claimQueues(queues, source), source);
  } finally {
    await queues.close();
  }
}

/** Claims the migrated database, so that generated apps never mix with real ones. @throws UserError as `refuseMixing`. */
export async function claimDatabase(database: Database, source: Source): Promise<void> {
  refuseOther('DATABASE_URL', await claimSource(database, source), source);
}

function refuseOther(name: string, owner: Source, source: Source): void {
  if (owner === source) return;
  throw new UserError(`${name} holds ${CONTENTS[owner]}, which must not mix with ${CONTENTS[source]}.`);
}

/** Queues with jobs that nobody claimed belong to Steam. A flush of Redis removes the claim together with the jobs. */
async function claimQueues({ redis, fetch, write }: Queues, source: Source): Promise<Source> {
  const jobs = (await fetch.countLive()) + (await write.countLive());
  await redis.set(REDIS_KEY, jobs === 0 ? source : 'steam', 'NX');
  return (await redis.get(REDIS_KEY)) === 'simulator' ? 'simulator' : 'steam';
}
