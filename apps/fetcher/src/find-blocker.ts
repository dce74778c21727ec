import { findSteamPauseReason, type Queues } from '@pics/queue';
import type { SessionStatus } from '@pics/steam';
import { WRITE_QUEUE_HIGH_WATER } from './config.ts';

/**
 * Why a fetcher should take no job right now: there is no session with Steam, Steam refuses requests, or the writer is too far
 * behind. Without the last check, a slow or unreachable Postgres would fill Redis with records.
 */
export async function findBlocker(
  session: SessionStatus,
  { redis, write }: Pick<Queues, 'redis' | 'write'>,
): Promise<string | undefined> {
  if (!session.loggedOn) return `no session with Steam: ${session.reason}`;
  const pause = await findSteamPauseReason(redis);
  if (pause) return pause;
  const waiting = await write.countLive();
  return waiting >= WRITE_QUEUE_HIGH_WATER ? `${waiting} write jobs are waiting for the writer` : undefined;
}
