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
