import { UserError } from '@pics/core';
import { openQueues, type Queues } from '@pics/queue';
import { getServerUrl } from './get-server-url.ts';

/**
 * Connects to the Redis of this command line, runs `work` with its queues, and closes the connection.
 *
 * @throws UserError when it cannot be reached.
 */
export async function useQueues<Result>(work: (queues: Queues) => Promise<Result>): Promise<Result> {
  let connectionError: Error | undefined;
  const queues = openQueues(getServerUrl('REDIS_URL'), (error) => (connectionError = error));
  try {
    await queues.redis.ping().catch((error: Error) => {
      const reason = (connectionError ?? error).message.replace(/\.+$/, '');
      throw new UserError(`Redis cannot be reached: ${reason}.`);
    });
    return await work(queues);
  } finally {
    await queues.close();
  }
}

/** Runs `work` with the queues, or without them when no Redis is named or can be reached: Postgres says most of it. */
export async function useQueuesIfReachable<Result>(
  work: (queues: Queues | undefined) => Promise<Result>,
): Promise<Result> {
  const queues = await openIfReachable();
  try {
    return await work(queues);
  } finally {
    await queues?.close();
  }
}

async function openIfReachable(): Promise<Queues | undefined> {
  let url: string;
  try {
    url = getServerUrl('REDIS_URL');
  } catch {
    return undefined;
  }
  const queues = openQueues(url, () => {});
  try {
    await queues.redis.ping();
    return queues;
  } catch {
    await queues.close();
    return undefined;
  }
}
